package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
)

// cluster is whose files and kernels are measured.
const cluster = "alice@login"

// server is a running `sunpyter serve`, as an editor uses it.
type server struct {
	cmd    *exec.Cmd
	rpc    *jsonrpc2.Conn
	stderr bytes.Buffer

	mu     sync.Mutex
	shells map[string]chan []byte // the output of each, by its id
}

// serve starts a server.
func (l *lab) serve(ctx context.Context) (*server, error) {
	s := &server{cmd: exec.Command(l.binary, "serve"), shells: map[string]chan []byte{}}
	s.cmd.Env, s.cmd.Stderr = l.environment(), &s.stderr
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	stream := jsonrpc2.NewBufferedStream(struct {
		io.Reader
		io.WriteCloser
	}{out, in}, jsonrpc2.VSCodeObjectCodec{})
	s.rpc = jsonrpc2.NewConn(context.Background(), stream, jsonrpc2.HandlerWithError(s.handle))
	params := protocol.InitializeParams{ProtocolVersion: protocol.Version, ClientInfo: &protocol.ProgramInfo{Name: "bench"}}
	if err := s.call(ctx, protocol.MethodInitialize, params, &protocol.InitializeResult{}); err != nil {
		s.stop()
		return nil, fmt.Errorf("%w: %s", err, s.stderr.Bytes())
	}
	return s, nil
}

// stop ends the server, which releases its kernels.
func (s *server) stop() {
	_ = s.rpc.Close() // and its input
	_ = s.cmd.Wait()
}

func (s *server) call(ctx context.Context, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*patience)
	defer cancel()
	return s.rpc.Call(ctx, method, params, result)
}

// handle takes in the output of shells.
func (s *server) handle(_ context.Context, _ *jsonrpc2.Conn, req *jsonrpc2.Request) (any, error) {
	if req.Method != protocol.MethodShellOutput || req.Params == nil {
		return nil, nil
	}
	var params protocol.ShellOutputParams
	if err := json.Unmarshal(*req.Params, &params); err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(params.Data)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	output := s.shells[params.ShellID]
	s.mu.Unlock()
	if output == nil {
		return nil, errors.New("no such shell")
	}
	output <- data
	return protocol.ShellOutputResult{}, nil
}

// withServer runs measure with a server that is connected to the login node.
func (l *lab) withServer(ctx context.Context, measure func(*server) error) error {
	s, err := l.serve(ctx)
	if err != nil {
		return err
	}
	defer l.endLogins()
	defer s.stop()
	if err := s.call(ctx, protocol.MethodFilePlaces, protocol.FilePlacesParams{Cluster: cluster}, &protocol.FilePlacesResult{}); err != nil {
		return err
	}
	return measure(s)
}
