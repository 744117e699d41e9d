package share

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/internal/linelog"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// member is one client, as the daemon sees it. It implements prompts.Prompter: the questions
// of a login that was started for it go to it.
type member struct {
	conn      ssh.Conn
	dataConns *dataConns                  // the daemon's
	up        atomic.Pointer[tunnel.Conn] // the host's connection; nil before the login
	linger    atomic.Int64                // how long it wants the connection kept after its end
	ctx       context.Context             // ends with it
	cancel    context.CancelFunc

	prompting sync.Mutex // one question at a time
}

var _ prompts.Prompter = (*member)(nil)

// ask sends one question to the client's user and waits for the answer.
func (m *member) ask(ctx context.Context, q promptRequest) (a promptAnswer, err error) {
	m.prompting.Lock()
	defer m.prompting.Unlock()
	answered := make(chan error, 1)
	go func() { // ends with the answer, or with the client
		_, payload, err := call(m.conn, requestPrompt, q)
		if err == nil {
			err = json.Unmarshal(payload, &a)
		}
		answered <- err
	}()
	select {
	case err := <-answered:
		if err == nil && a.Fault != nil {
			err = a.Fault
		}
		if err != nil && fault.As(err) == nil {
			m.cancel() // it has gone
		}
		return a, err
	case <-ctx.Done():
		return promptAnswer{}, ctx.Err()
	}
}

// Secret asks the client's user for one line.
func (m *member) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	a, err := m.ask(ctx, promptRequest{Secret: &q})
	return a.Value, err
}

// Confirm asks the client's user for a yes or a no.
func (m *member) Confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	a, err := m.ask(ctx, promptRequest{Confirm: &q})
	return a.Yes, err
}

// serveRequests serves the client's requests until it has gone. The login is answered later.
func (m *member) serveRequests(requests <-chan *ssh.Request, login func(*ssh.Request)) {
	defer m.cancel()
	for r := range requests {
		switch r.Type {
		case requestLogin:
			login(r)
		case requestKeepFor:
			var d time.Duration
			if json.Unmarshal(r.Payload, &d) == nil {
				m.linger.Store(int64(d))
			}
		default:
			_ = r.Reply(false, nil)
		}
	}
}

// log returns a log whose lines are sent to the client, while it is connected.
func (m *member) log() *zap.Logger {
	return zap.New(linelog.New(zapcore.InfoLevel, func(level zapcore.Level, line string) error {
		if m.ctx.Err() != nil {
			return nil
		}
		return send(m.conn, requestLog, logLine{Level: level, Message: line})
	}))
}

// serveChannel serves a channel that the client opens.
func (m *member) serveChannel(wanted ssh.NewChannel) {
	if m.up.Load() == nil {
		_ = wanted.Reject(reasonNone, "there is no connection yet")
		return
	}
	switch wanted.ChannelType() {
	case channelSign:
		m.sign(wanted)
	case channelAlive:
		m.alive(wanted)
	case channelBulk:
		m.openBulk(wanted)
	default:
		m.relay(wanted, wanted.ChannelType(), wanted.ExtraData(), nil)
	}
}

func (m *member) sign(wanted ssh.NewChannel) {
	var r signRequest
	err := json.Unmarshal(wanted.ExtraData(), &r)
	var key ssh.PublicKey
	if err == nil {
		key, err = ssh.ParsePublicKey(r.Key)
	}
	var signature *ssh.Signature
	if err == nil {
		signature, err = m.up.Load().Sign(key, r.Data, r.Algorithm)
	}
	var answer []byte
	if err == nil {
		answer, err = json.Marshal(signature)
	}
	if err != nil {
		refuse(wanted, err)
		return
	}
	accept(wanted, answer)
}

// accept opens a channel, writes the answer and closes it.
func accept(wanted ssh.NewChannel, answer []byte) {
	if channel, requests, err := wanted.Accept(); err == nil {
		_, _ = channel.Write(answer)
		_ = channel.Close()
		ssh.DiscardRequests(requests)
	}
}

// alive accepts the channel if the host is alive. Otherwise a connection that is probed is closed.
func (m *member) alive(wanted ssh.NewChannel) {
	var r aliveRequest
	if json.Unmarshal(wanted.ExtraData(), &r) != nil {
		_ = wanted.Reject(reasonNone, "no request")
		return
	}
	up, isAlive := m.up.Load(), true
	if r.Probe {
		up.Probe(m.ctx, r.Patience)
		isAlive = !channels.IsClosed(up.Done())
	} else {
		isAlive = up.Alive(m.ctx, r.Patience)
	}
	if !isAlive {
		_ = wanted.Reject(reasonNone, "the host is silent")
		return
	}
	accept(wanted, nil)
}
