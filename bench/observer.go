package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

// onNode is a Jupyter server seen from inside its node.
type onNode struct {
	node   string
	socket string // as the node names it
	token  string
	up     time.Time // when /api/status first answered
}

// lookEvery is the precision with which a new socket is seen. Once it is
// there, the answer itself is waited for.
const lookEvery = 3 * time.Millisecond

// observe waits until Jupyter answers in a private folder of a job's on one of
// the nodes, asking over its own unix socket.
func (l *lab) observe(ctx context.Context) (*onNode, error) {
	roots := map[string]string{}
	for _, n := range l.site.Nodes() {
		root, err := l.site.Path(n, "")
		if err != nil {
			return nil, err
		}
		roots[n] = root
	}
	for {
		for n, root := range roots {
			found, _ := filepath.Glob(root + "/tmp/sunpyter.*/s")
			for _, socket := range found {
				if o, err := ask(ctx, n, root, socket); err == nil {
					return o, nil
				}
			}
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// ask asks for /api/status; the question waits in the socket's queue until
// Jupyter answers.
func ask(ctx context.Context, node, root, socket string) (*onNode, error) {
	token, err := os.ReadFile(filepath.Join(filepath.Dir(socket), "token"))
	if err != nil {
		return nil, err
	}
	o := &onNode{node: node, socket: strings.TrimPrefix(socket, root), token: string(token)}
	if err := unixClient(socket, o.token).Do(ctx, http.MethodGet, "api/status", nil, nil); err != nil {
		return nil, err
	}
	o.up = time.Now()
	return o, nil
}

// unixClient returns a client over a unix socket.
func unixClient(socket, token string) *jupyter.Client {
	return &jupyter.Client{URL: "http://localhost/", Token: token, HTTP: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}}
}
