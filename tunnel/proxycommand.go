package tunnel

import (
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// proxy is a ProxyCommand as a net.Conn: the child's stdin and stdout. Its
// owner ends the child with Close.
type proxy struct {
	io.Reader
	io.WriteCloser
	cmd     *exec.Cmd
	address proxyAddress
	stderr  *limitedBuffer // read once the command has ended

	once sync.Once
}

// startProxy runs the command as ssh does: by the shell, with exec before it so
// that no shell stays. It has no terminal: what it would ask, it cannot.
func startProxy(t *Target) (*proxy, error) {
	cmd := shellCommand(t.ProxyCommand)
	stderr := &limitedBuffer{limit: 4 << 10}
	cmd.Stderr = stderr
	cmd.WaitDelay = time.Second // a grandchild may hold the pipes
	stdin, err := cmd.StdinPipe()
	var stdout io.ReadCloser
	if err == nil {
		stdout, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, &fault.Error{Code: fault.SSHConfig, Tried: "starting the ProxyCommand for " + t.label(),
			Answer: err.Error(), Advice: "Correct ProxyCommand in ~/.ssh/config.", Err: err}
	}
	return &proxy{Reader: stdout, WriteCloser: stdin, cmd: cmd, address: proxyAddress(t.Address()), stderr: stderr}, nil
}

// Close ends the command and waits for it.
func (p *proxy) Close() error {
	p.once.Do(func() {
		_ = p.WriteCloser.Close()
		killGroup(p.cmd)
		_ = p.cmd.Wait()
	})
	return nil
}

// said is what the command wrote to its stderr, once it is closed.
func (p *proxy) said() string { return clean(p.stderr.String(), 1000) }

func (p *proxy) LocalAddr() net.Addr              { return proxyAddress("127.0.0.1:0") }
func (p *proxy) RemoteAddr() net.Addr             { return p.address }
func (p *proxy) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (p *proxy) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (p *proxy) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// withProxyWords adds to err what the ProxyCommand has said, if the connection was one.
func withProxyWords(err error, stream net.Conn) error {
	p, ok := stream.(*proxy)
	f := asFault(err)
	if !ok || f == nil || f.Code != fault.HandshakeFailed || p.said() == "" {
		return err
	}
	with := *f
	with.Answer += "; the ProxyCommand said: " + p.said()
	return &with
}
