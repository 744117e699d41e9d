package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// nodeRole is this program's first argument when it runs on a node: it reads
// where Jupyter is, then numbers, and answers each with so many times of executes.
const nodeRole = "on-node"

// nodeProgram is where it lies on the node.
const nodeProgram = "/usr/local/bin/sunpyter-bench"

// whereabouts is the first line that it reads.
type whereabouts struct{ Socket, Token string }

func runOnNode() (err error) {
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
	var w whereabouts
	if err := in.Decode(&w); err != nil {
		return err
	}
	k, err := newKernel(context.Background(), unixClient(w.Socket, w.Token))()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.end()) }()
	for {
		var n int
		if err := in.Decode(&n); err != nil {
			return nil //nolint:nilerr // the end of input
		}
		s, err := k.turn(n)
		if err != nil {
			return err
		}
		if err := out.Encode(s); err != nil {
			return err
		}
	}
}

// newKernelOnNode is newKernel by this program running on the node itself, as the user.
func (l *lab) newKernelOnNode(ctx context.Context, o *onNode) (kernel, error) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return kernel{}, err
	}
	if err := l.site.WriteFile(o.node, nodeProgram, 0o755, string(self)); err != nil {
		return kernel{}, err
	}
	cmd, err := l.site.Command(ctx, o.node, "alice", nodeProgram, nodeRole)
	if err != nil {
		return kernel{}, err
	}
	cmd.Stderr = os.Stderr
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return kernel{}, err
	}
	if err := cmd.Start(); err != nil {
		return kernel{}, err
	}
	in, out := json.NewEncoder(stdin), json.NewDecoder(stdout)
	turn := func(n int) (s sample, err error) {
		if err := in.Encode(n); err != nil {
			return nil, err
		}
		if err := out.Decode(&s); err != nil {
			return nil, fmt.Errorf("the client on the node: %w", err)
		}
		return s, nil
	}
	end := func() error {
		stdin.Close()
		return errors.Join(cmd.Wait(), l.site.RemoveFile(o.node, nodeProgram))
	}
	if err := in.Encode(whereabouts{o.socket, o.token}); err != nil {
		return kernel{}, errors.Join(err, end())
	}
	return kernel{turn, end}, nil
}
