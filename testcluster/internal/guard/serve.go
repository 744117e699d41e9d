//go:build linux

package guard

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/testcluster/internal/link"
)

// serve answers commands, one after the other, until tearDown closes the socket.
func (g *guardian) serve() error {
	l, err := net.Listen("unix", Socket(g.plan.Lab))
	if err != nil {
		return err
	}
	g.control = l
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			g.handleConn(conn)
		}
	}()
	return os.Chmod(Socket(g.plan.Lab), 0o600)
}

func (g *guardian) handleConn(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience()))
	var req Request
	if err := json.NewDecoder(conn).Decode(&req); err != nil {
		return // the caller has gone
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var reply Reply
	operate := operations[req.Op]
	if operate == nil {
		operate = func(*guardian, Request) error { return fmt.Errorf("no command %q", req.Op) }
	}
	if err := operate(g, req); err != nil {
		reply.Error = err.Error()
	}
	reply.Status = g.status()
	_ = json.NewEncoder(conn).Encode(reply)
}

// operations are what can be asked of a guardian.
var operations = map[string]func(*guardian, Request) error{
	"status": func(*guardian, Request) error { return nil },
	"delay":  (*guardian).setDelay,
	"rate":   (*guardian).setRate,
	"cut":    onLine((*link.Line).Cut),
	"uncut":  onLine((*link.Line).Uncut),
	"forget": onLine((*link.Line).Forget),
	"crash":  func(g *guardian, req Request) error { return g.crash(req.Host) },
	"boot":   func(g *guardian, req Request) error { return g.reboot(req.Host) },
	"unplug": func(g *guardian, req Request) error { return g.plug(req.Host, false) },
	"plug":   func(g *guardian, req Request) error { return g.plug(req.Host, true) },
	"home":   func(g *guardian, req Request) error { return g.setHome(req.User, req.Value) },
	"stop":   func(g *guardian, _ Request) error { close(g.stop); return nil },
}

func onLine(do func(*link.Line)) func(*guardian, Request) error {
	return func(g *guardian, _ Request) error { do(g.line); return nil }
}

func (g *guardian) setDelay(req Request) error {
	ms, err := strconv.ParseFloat(req.Value, 64)
	if err != nil || ms < 0 {
		return fmt.Errorf("delay: milliseconds, not %q", req.Value)
	}
	g.line.SetDelay(time.Duration(ms * float64(time.Millisecond)))
	return nil
}

func (g *guardian) setRate(req Request) error {
	kbit, err := strconv.ParseInt(req.Value, 10, 64)
	if err != nil || kbit < 0 {
		return fmt.Errorf("rate: kbit/s, not %q", req.Value)
	}
	g.line.SetRate(kbit)
	return nil
}

func (g *guardian) status() Status {
	line := g.line.State()
	s := Status{
		Guardian: os.Getpid(), Hosts: map[string]int{}, LoginAddress: g.net.loginAddress,
		LinkUp: line.Up, DelayMilliseconds: float64(line.Delay) / float64(time.Millisecond),
		RateKbit: line.RateKbit, Packets: line.Packets, Bytes: line.Bytes,
	}
	for name, h := range g.hosts {
		s.Hosts[name] = h.cmd.Process.Pid
	}
	return s
}
