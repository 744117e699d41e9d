//go:build linux

package guard

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"
)

// serve answers commands, one after the other, until tearDown closes the socket.
func (g *guardian) serve() error {
	l, err := net.Listen("unix", socket(g.plan.Lab))
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
	return os.Chmod(socket(g.plan.Lab), 0o600)
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
	var answer reply
	operate := operations[req.Op]
	if operate == nil {
		operate = func(*guardian, Request) error { return fmt.Errorf("no command %q", req.Op) }
	}
	if err := operate(g, req); err != nil {
		answer.Error = err.Error()
	}
	answer.Status = g.status()
	_ = json.NewEncoder(conn).Encode(answer)
}

// operations are what can be asked of a guardian.
var operations = map[string]func(*guardian, Request) error{
	"status": func(*guardian, Request) error { return nil },
	"delay":  func(g *guardian, req Request) error { g.line.SetDelay(req.Delay); return nil },
	"rate":   func(g *guardian, req Request) error { g.line.SetRate(req.RateKbit); return nil },
	"cut":    func(g *guardian, _ Request) error { g.line.Cut(); return nil },
	"uncut":  func(g *guardian, _ Request) error { g.line.Uncut(); return nil },
	"forget": func(g *guardian, _ Request) error { g.line.Forget(); return nil },
	"crash":  func(g *guardian, req Request) error { return g.crash(req.Host) },
	"boot":   func(g *guardian, req Request) error { return g.reboot(req.Host) },
	"unplug": func(g *guardian, req Request) error { return g.plug(req.Host, false) },
	"plug":   func(g *guardian, req Request) error { return g.plug(req.Host, true) },
	"home":   func(g *guardian, req Request) error { return g.setHome(req.User, req.Home) },
	"stop":   func(g *guardian, _ Request) error { g.end(); return nil },
}

func (g *guardian) status() Status {
	s := Status{Guardian: os.Getpid(), Hosts: map[string]int{}, LoginAddress: g.net.loginAddress, Link: g.line.String()}
	for name, h := range g.hosts {
		s.Hosts[name] = h.Process.Pid
	}
	return s
}
