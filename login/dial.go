package login

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Options say how a login is shared.
type Options struct {
	// Options are the tunnel's. The questions are asked of Prompter here, in
	// this process; the keeper reads key files and speaks to the agent.
	tunnel.Options
	// Program is the command line that runs [Main], to which the socket's name is
	// added. Empty: nothing is shared.
	Program []string
	// SSHConfig is the configuration file that the target was resolved with; empty: ssh's own.
	SSHConfig string
	// Folder is where the sockets are; see [Folder].
	Folder string
	// Scope tells apart what is not to be shared, such as the state directories
	// of two set-ups.
	Scope string
	// Linger is how long the connection is to be kept after our end for others.
	Linger time.Duration

	join bool // see Join
}

// Dial gives a connection to target that all programs of this user share: the one
// there is, or a new one. Where nothing can be shared on this computer it is a
// connection of our own.
//
// Faults: those of tunnel.Dial.
func Dial(ctx context.Context, target sshconfig.Target, o Options) (*tunnel.Conn, error) {
	if len(o.Program) == 0 {
		return o.alone(ctx, target)
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	for {
		conn, err := o.share(ctx, target, o.start)
		switch {
		case err == nil || ctx.Err() == nil && !errors.Is(err, errUnshared) && !errors.Is(err, errLeft):
			return conn, err
		case ctx.Err() != nil:
			return nil, cancelled(&target)
		case errors.Is(err, errUnshared):
			o.Log.Warn("the login cannot be shared with other windows and commands", zap.Error(err))
			return o.alone(ctx, target)
		}
	}
}

// alone makes a connection of our own.
func (o *Options) alone(ctx context.Context, target sshconfig.Target) (*tunnel.Conn, error) {
	opts := o.Options
	if target.Program != "" && private(o.Folder) == nil {
		opts.Sockets = o.Folder
	}
	return tunnel.Dial(ctx, target, opts)
}

// Join gives the connection to target that another program of this user has
// made, or is just making; nil: there is none. Nobody is asked anything.
func Join(ctx context.Context, target sshconfig.Target, o Options) *tunnel.Conn {
	if len(o.Program) == 0 {
		return nil
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	o.join = true
	conn, err := o.share(ctx, target, nil)
	if err != nil {
		return nil
	}
	return conn
}

var (
	// errUnshared: no keeper can be had on this computer.
	errUnshared = errors.New("no process keeps it")
	// errLeft: the keeper was just going when we came.
	errLeft = errors.New("the process that kept it was going")
)

// share gets the connection from the keeper.
func (o *Options) share(ctx context.Context, target sshconfig.Target, start starter) (*tunnel.Conn, error) {
	socket, f, err := o.reach(ctx, &target, start)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnshared, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	a, err := o.logIn(ctx, f, &target)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return tunnel.Over(newHeld(socket, f, a.User), target, a.Facts, o.Options), nil
}

func cancelled(t *sshconfig.Target) error {
	return &fault.Error{Code: fault.Cancelled, Tried: "connecting to " + t.Name, Answer: "it was cancelled"}
}

// key is what makes two connections the same: who is where, how it is reached,
// and what may be tried to get in.
func key(t *sshconfig.Target) string {
	var b strings.Builder
	for ; t != nil; t = t.Via {
		fmt.Fprintf(&b, "%q@%q:%d as %q by %q %q from %q %q, %s;", t.User, strings.ToLower(t.Host), t.Port, t.HostKeyAlias, t.ProxyCommand, t.Program,
			t.BindAddress, t.BindInterface, strconv.FormatBool(t.Password)+strconv.FormatBool(t.Keyboard)+strconv.FormatBool(t.PublicKey))
	}
	return b.String()
}

// name is the socket's name, which is short, since the system's limit is.
func (o *Options) name(t *sshconfig.Target) string {
	sum := sha256.Sum256([]byte(o.Scope + "\n" + o.SSHConfig + "\n" + key(t)))
	return strconv.Itoa(protocol) + "-" + hex.EncodeToString(sum[:8])
}

// logIn asks the keeper for the connection, and answers what it asks meanwhile.
func (o *Options) logIn(ctx context.Context, f *frames, t *sshconfig.Target) (a loginAnswer, err error) {
	if err := f.tell(forLogin, loginRequest{Target: *t, ConnectTimeout: o.ConnectTimeout, Prefer: o.Prefer, Join: o.join, Linger: o.Linger}); err != nil {
		return a, errLeft
	}
	ctx, cancel := context.WithCancel(ctx)
	var asked sync.WaitGroup
	defer asked.Wait()
	defer cancel()
	for heard := false; ; heard = true {
		kind, payload, err := f.read(nil)
		switch {
		case err != nil && !heard:
			return a, errLeft
		case err != nil:
			return a, keeperGone(t, err)
		}
		switch kind {
		case loggedIn:
			return a, json.Unmarshal(payload, &a)
		case notLogged:
			var why wireFault
			if err := json.Unmarshal(payload, &why); err != nil {
				return a, err
			}
			return a, why.err()
		case question:
			asked.Go(func() { o.answer(ctx, f, payload) })
		case notice:
			var n prompts.Notice
			if json.Unmarshal(payload, &n) == nil && o.Notice != nil {
				o.Notice(n)
			}
		case logged:
			o.log(payload)
		}
	}
}

func keeperGone(t *sshconfig.Target, err error) error {
	return &fault.Error{Code: fault.ConnectFailed, Tried: "connecting to " + t.Name, Err: err,
		Answer: "the process that was to keep the connection has ended", Advice: "Try again."}
}

// answer puts a question to the person.
func (o *Options) answer(ctx context.Context, f *frames, payload []byte) {
	var q questionAsked
	var a questionAnswer
	err := json.Unmarshal(payload, &q)
	switch {
	case err != nil:
	case o.Prompter == nil:
		err = &fault.Error{Code: fault.PromptUnanswered, Tried: "logging in", Answer: "there is nobody to ask"}
	case q.Secret != nil:
		a.Value, err = o.Prompter.Secret(ctx, *q.Secret)
	case q.Confirm != nil:
		a.Yes, err = o.Prompter.Confirm(ctx, *q.Confirm)
	}
	if err != nil && ctx.Err() != nil {
		return // who leaves does not answer for others who wait: the keeper asks the next one
	}
	if err != nil {
		a = questionAnswer{Fault: wireFaultOf(err)}
	}
	_ = f.tell(answer, a)
}

// log takes a line of the keeper's log into ours.
func (o *Options) log(payload []byte) {
	var line logLine
	if json.Unmarshal(payload, &line) != nil {
		return
	}
	level, err := zapcore.ParseLevel(line.Level)
	if err != nil {
		level = zapcore.InfoLevel
	}
	o.Log.Log(level, strings.TrimSpace(line.Message))
}
