package transport

import (
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// proxyCommand is a ProxyCommand as a net.Conn: the child's stdin and stdout. Its
// owner ends the child with Close.
type proxyCommand struct {
	io.Reader
	io.WriteCloser
	cmd     *exec.Cmd
	host    string // as the user named it
	address HostPort
	stderr  *bounded.Head // read once the command has ended

	once sync.Once
}

// startProxyCommand runs the command as ssh does: by the user's shell, with exec before it so
// that no shell stays. It has no terminal, so it cannot ask anything.
func startProxyCommand(t *sshconfig.Target) (*proxyCommand, error) {
	cmd := shellCommand(t.Route.ProxyCommand)
	stderr := &bounded.Head{Limit: 4 << 10}
	cmd.Stderr = stderr
	cmd.WaitDelay = time.Second // a grandchild may keep the pipes open
	stdin, err := cmd.StdinPipe()
	var stdout io.ReadCloser
	if err == nil {
		stdout, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, &fault.Error{Code: fault.SSHConfig, Tried: "starting the ProxyCommand for " + t.Label(),
			Answer: err.Error(), Advice: "Correct ProxyCommand in ~/.ssh/config.", Err: err}
	}
	return &proxyCommand{Reader: stdout, WriteCloser: stdin, cmd: cmd, host: t.Name, address: HostPort(t.Address()), stderr: stderr}, nil
}

// Close ends the command and waits for it.
func (p *proxyCommand) Close() error {
	p.once.Do(func() {
		_ = p.WriteCloser.Close()
		killGroup(p.cmd)
		_ = p.cmd.Wait()
	})
	return nil
}

// output returns what the command wrote to its stderr, once it is closed.
func (p *proxyCommand) output() string { return bounded.Text(p.stderr.String(), 1000) }

func (p *proxyCommand) LocalAddr() net.Addr              { return HostPort("127.0.0.1:0") }
func (p *proxyCommand) RemoteAddr() net.Addr             { return p.address }
func (p *proxyCommand) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (p *proxyCommand) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (p *proxyCommand) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// WithProxyOutput adds to err the error output of the ProxyCommand, if there is one: it says why
// there is no connection, or what the command waits for.
func WithProxyOutput(err error, stream net.Conn) error {
	p, ok := stream.(*proxyCommand)
	f := fault.As(err)
	if !ok || f == nil || (f.Code != fault.HandshakeFailed && f.Code != fault.ConnectTimeout) || p.output() == "" {
		return err
	}
	with := *f
	with.Answer += "; the ProxyCommand said: " + p.output()
	with.Advice = "Try " + fault.Shell("ssh "+p.host) + " in a terminal. The ProxyCommand in the ssh configuration makes the connection, and has no terminal here to ask you anything."
	return &with
}
