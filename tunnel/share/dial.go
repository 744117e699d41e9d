package share

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Options are how a login is shared.
type Options struct {
	// Options are the tunnel's. Prompts go to Prompter in
	// this process; the daemon reads key files and uses the agent.
	tunnel.Options
	// Program is the command line that runs [Main], to which the socket's name is
	// added. Empty: nothing is shared.
	Program []string
	// SSHConfig is the configuration file that the target was resolved with; empty: ssh's own.
	SSHConfig string
	// Folder is where the sockets are; see [Folder].
	Folder string
	// Scope separates logins that must not be shared, such as those of two
	// state directories.
	Scope string
	// Linger is how long to keep the connection for others after our end.
	Linger time.Duration

	join bool // see Join
}

// Dial returns a connection to target that all programs of this user share: an existing one,
// or a new one. If nothing can be shared on this computer it is a
// connection of this process.
//
// Faults: those of tunnel.Dial.
func Dial(ctx context.Context, target sshconfig.Target, o Options) (*tunnel.Conn, error) {
	if len(o.Program) == 0 {
		return o.alone(ctx, target)
	}
	o.Log = cmp.Or(o.Log, zap.NewNop())
	for {
		conn, err := o.share(ctx, target)
		switch {
		case err == nil:
			return conn, nil
		case ctx.Err() != nil:
			return nil, fault.ContextError(ctx, "connecting to "+target.Name)
		case errors.Is(err, errUnshared):
			o.Log.Warn("the login cannot be shared with other windows and commands", zap.Error(err))
			return o.alone(ctx, target)
		case !errors.Is(err, errLeft):
			return nil, err
		}
	}
}

// alone makes a connection of this process.
func (o *Options) alone(ctx context.Context, target sshconfig.Target) (*tunnel.Conn, error) {
	opts := o.Options
	if target.Program != "" && private(o.Folder) == nil {
		opts.Sockets = o.Folder
	}
	return tunnel.Dial(ctx, target, opts)
}

// Join returns the connection to target that another program of this user has
// made, or is just making; nil: there is none. It never prompts.
func Join(ctx context.Context, target sshconfig.Target, o Options) *tunnel.Conn {
	if len(o.Program) == 0 {
		return nil
	}
	o.Log, o.join = cmp.Or(o.Log, zap.NewNop()), true
	conn, _ := o.share(ctx, target) // nil with an error
	return conn
}

var (
	// errUnshared: a daemon cannot run on this computer.
	errUnshared = errors.New("no process keeps it")
	// errLeft: the daemon was exiting when we connected.
	errLeft = errors.New("the process that kept it was going")
)

// share gets the connection from the daemon.
func (o *Options) share(ctx context.Context, target sshconfig.Target) (*tunnel.Conn, error) {
	c := &client{socket: o.socket(&target)}
	socket, err := o.reach(ctx, c.socket)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnshared, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	conn, channels, requests, err := connect(socket)
	if err != nil {
		stop()
		_ = socket.Close()
		if errors.Is(err, os.ErrDeadlineExceeded) { // it is stopped: another attempt would not end sooner
			return nil, fmt.Errorf("%w: %w", errUnshared, err)
		}
		return nil, errLeft
	}
	go rejectAll(channels)
	c.conn = conn
	c.ctx, c.ended = context.WithCancel(context.Background())
	a, err := o.logIn(ctx, c, requests, &target)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return tunnel.NewRemote(c, target, a.Info, o.Options), nil
}

// rejectAll rejects channels: a daemon opens none.
func rejectAll(channels <-chan ssh.NewChannel) {
	for channel := range channels {
		_ = channel.Reject(ssh.UnknownChannelType, "")
	}
}

// key identifies a connection: the user, the host, the route to it,
// and the authentication that may be tried.
func key(t *sshconfig.Target) string {
	var b strings.Builder
	for ; t != nil; t = t.Route.Via {
		fmt.Fprintf(&b, "%q@%q:%d as %q by %q %q from %q %q, %s;", t.User, strings.ToLower(t.Host), t.Port, t.HostKeys.Alias, t.Route.ProxyCommand, t.Program,
			t.Route.BindAddress, t.Route.BindInterface, strconv.FormatBool(t.Methods.Password)+strconv.FormatBool(t.Methods.Keyboard)+strconv.FormatBool(t.Methods.PublicKey))
	}
	return b.String()
}

// socket is the path of a daemon's socket, which is short, since the system's limit is.
func (o *Options) socket(t *sshconfig.Target) string {
	sum := sha256.Sum256([]byte(o.Scope + "\n" + o.SSHConfig + "\n" + key(t)))
	return filepath.Join(o.Folder, fmt.Sprintf("%d-%x", protocol, sum[:8]))
}

// logIn asks the daemon for the connection, and serves the daemon's requests, now and later.
func (o *Options) logIn(ctx context.Context, c *client, requests <-chan *ssh.Request, t *sshconfig.Target) (a loginAnswer, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var asked sync.WaitGroup
	defer asked.Wait()
	defer cancel()
	var heard atomic.Bool
	drain := make(chan chan struct{})
	ended := make(chan struct{})
	go func() { // ends with the connection to the daemon
		defer close(ended)
		handleAll(requests, drain, func(r *ssh.Request) {
			heard.Store(true)
			o.handle(ctx, c, r, asked.Go)
		})
	}()
	ok, payload, err := call(c.conn, requestLogin, loginRequest{Target: *t, ConnectTimeout: o.ConnectTimeout, Prefer: o.Prefer, Join: o.join, Linger: o.Linger})
	drained := make(chan struct{})
	select {
	case drain <- drained: // notices of the login came before its answer
		<-drained
	case <-ended:
	}
	var why fault.Error
	switch {
	case err != nil && !heard.Load():
		return a, errLeft
	case err != nil:
		return a, &fault.Error{Code: fault.ConnectFailed, Tried: "connecting to " + t.Name, Err: err,
			Answer: "the background process that holds the connection ended", Advice: "Try again."}
	case ok:
		return a, json.Unmarshal(payload, &a)
	}
	if err := json.Unmarshal(payload, &why); err != nil {
		return a, err
	}
	return a, &why
}

// handleAll handles requests until there are no more. What is sent on drain is closed when those are handled that have
// arrived.
func handleAll(requests <-chan *ssh.Request, drain <-chan chan struct{}, handle func(*ssh.Request)) {
	for {
		select {
		case r, open := <-requests:
			if !open {
				return
			}
			handle(r)
		case drained := <-drain:
			for len(requests) > 0 {
				if r, open := <-requests; open {
					handle(r)
				}
			}
			close(drained)
		}
	}
}

// handle handles one request of the daemon. prompt runs what may take time.
func (o *Options) handle(ctx context.Context, c *client, r *ssh.Request, prompt func(func())) {
	switch r.Type {
	case requestPrompt:
		prompt(func() { o.answer(ctx, r) })
		return
	case requestNotice:
		var n prompts.Notice
		if json.Unmarshal(r.Payload, &n) == nil && o.Notice != nil {
			o.Notice(n)
		}
	case requestLog:
		var line logLine
		if json.Unmarshal(r.Payload, &line) == nil {
			o.Log.Log(line.Level, strings.TrimSpace(line.Message))
		}
	case requestLost:
		var why fault.Error
		if json.Unmarshal(r.Payload, &why) == nil {
			c.lost(&why)
		}
	}
	_ = r.Reply(false, nil)
}

// answer shows a question to the user.
func (o *Options) answer(ctx context.Context, r *ssh.Request) {
	var q promptRequest
	var a promptAnswer
	err := json.Unmarshal(r.Payload, &q)
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
		return // a cancelled client does not answer; the daemon asks the next one
	}
	if err != nil {
		a = promptAnswer{Fault: faultOf(err)}
	}
	reply(r, true, a)
}
