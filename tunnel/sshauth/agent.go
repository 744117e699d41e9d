package sshauth

import (
	"context"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/sa2c/sunpyter/internal/bounded"
)

const (
	// agentTimeout bounds a silent agent when its keys are listed.
	agentTimeout = 5 * time.Second
	// signTimeout bounds a signature: the agent may wait for a touch.
	signTimeout = 2 * time.Minute
)

// keyAgent is a connection to a running ssh-agent. The Conn that logged in with
// its keys owns it and closes it: further hops sign with the same keys.
type keyAgent struct {
	conn   net.Conn
	client agent.ExtendedAgent
	keys   []*Key
}

// openAgent lists the keys of the agent behind socket, which on Windows is a pipe.
func openAgent(ctx context.Context, socket string) (*keyAgent, error) {
	conn, err := dialAgent(ctx, socket)
	if err != nil {
		return nil, err
	}
	client := agent.NewClient(conn)
	a := &keyAgent{conn: conn, client: client}
	_ = conn.SetDeadline(time.Now().Add(agentTimeout))
	comments := map[string]string{}
	listed, err := client.List()
	for _, k := range listed {
		comments[string(k.Blob)] = k.Comment
	}
	var signers []ssh.Signer
	if err == nil {
		signers, err = client.Signers()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	for _, s := range signers {
		blob := s.PublicKey().Marshal()
		public, err := ssh.ParsePublicKey(blob) // only now it is a certificate
		if err != nil {
			continue // a kind of key that we do not know
		}
		a.keys = append(a.keys, NewKey(public, "agent key "+bounded.Text(comments[string(blob)], 100), func(data []byte, algorithm string) (*ssh.Signature, error) {
			_ = conn.SetDeadline(time.Now().Add(signTimeout))
			defer func() { _ = conn.SetDeadline(time.Time{}) }()
			return signWith(s, data, algorithm)
		}))
	}
	return a, nil
}
