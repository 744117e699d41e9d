package login

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// client is one who has or wants the connection, as the keeper sees it. It
// implements prompts.Prompter: the questions go to it.
type client struct {
	frames *frames
	up     *tunnel.Conn       // set once it is logged in
	linger atomic.Int64       // for how long it wants the connection kept after its end
	ctx    context.Context    // ends with the client
	cancel context.CancelFunc // lets go of it

	asking  sync.Mutex // one question at a time
	answers chan questionAnswer
}

var _ prompts.Prompter = (*client)(nil)

func newClient(ctx context.Context, f *frames) *client {
	c := &client{frames: f, answers: make(chan questionAnswer)}
	c.ctx, c.cancel = context.WithCancel(ctx)
	return c
}

func (c *client) close() {
	c.cancel()
	_ = c.frames.Close()
}

// receive takes in the client's answers. It ends with the connection to it.
func (c *client) receive() {
	defer c.cancel()
	for {
		kind, payload, err := c.frames.read(nil)
		if err != nil {
			return
		}
		switch kind {
		case answer:
			_ = withMessage(payload, c.answered)
		case keepFor:
			_ = withMessage(payload, func(d time.Duration) { c.linger.Store(int64(d)) })
		}
	}
}

// answered hands an answer to whoever has asked.
func (c *client) answered(a questionAnswer) {
	select {
	case c.answers <- a:
	case <-c.ctx.Done():
	}
}

// ask puts one question and waits for its answer.
func (c *client) ask(ctx context.Context, q questionAsked) (questionAnswer, error) {
	c.asking.Lock()
	defer c.asking.Unlock()
	if err := c.frames.tell(question, q); err != nil {
		c.cancel()
		return questionAnswer{}, err
	}
	select {
	case a := <-c.answers:
		if a.Fault != nil {
			return a, a.Fault.err()
		}
		return a, nil
	case <-ctx.Done():
		return questionAnswer{}, ctx.Err()
	}
}

// Secret asks the client for one line.
func (c *client) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	a, err := c.ask(ctx, questionAsked{Secret: &q})
	return a.Value, err
}

// Confirm asks the client for a yes or a no.
func (c *client) Confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	a, err := c.ask(ctx, questionAsked{Confirm: &q})
	return a.Yes, err
}

// logToo makes what is logged go to the client, too, while it is there.
func (c *client) logToo(core zapcore.Core) zapcore.Core {
	return zapcore.NewTee(core, &clientCore{zapcore.InfoLevel, zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "m"}), c})
}

// clientCore sends lines of the log to a client.
type clientCore struct {
	zapcore.LevelEnabler
	encoder zapcore.Encoder
	client  *client
}

func (l *clientCore) With(fields []zapcore.Field) zapcore.Core {
	encoder := l.encoder.Clone()
	for _, f := range fields {
		f.AddTo(encoder)
	}
	return &clientCore{l.LevelEnabler, encoder, l.client}
}

func (l *clientCore) Check(e zapcore.Entry, to *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if l.Enabled(e.Level) {
		return to.AddCore(e, l)
	}
	return to
}

func (l *clientCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if l.client.ctx.Err() != nil {
		return nil
	}
	line, err := l.encoder.EncodeEntry(e, fields)
	if err != nil {
		return err
	}
	defer line.Free()
	return l.client.frames.tell(logged, logLine{Level: e.Level.String(), Message: line.String()})
}

func (l *clientCore) Sync() error { return nil }
