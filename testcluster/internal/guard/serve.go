//go:build linux

package guard

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
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
	if err := g.execute(req); err != nil {
		reply.Error = err.Error()
	}
	reply.Status = g.status()
	_ = json.NewEncoder(conn).Encode(reply)
}

func (g *guardian) execute(req Request) error {
	switch req.Op {
	case "status":
		return nil
	case "delay":
		ms, err := strconv.ParseFloat(req.Value, 64)
		if err != nil || ms < 0 {
			return fmt.Errorf("delay: milliseconds, not %q", req.Value)
		}
		g.line.SetDelay(time.Duration(ms * float64(time.Millisecond)))
		return nil
	case "rate":
		kbit, err := strconv.ParseInt(req.Value, 10, 64)
		if err != nil || kbit < 0 {
			return fmt.Errorf("rate: kbit/s, not %q", req.Value)
		}
		g.line.SetRate(kbit)
		return nil
	case "cut":
		g.line.Cut()
		return nil
	case "uncut":
		g.line.Uncut()
		return nil
	case "forget":
		g.line.Forget()
		return nil
	case "crash":
		return g.crash(req.Host)
	case "boot":
		return g.reboot(req.Host)
	case "unplug", "plug":
		return g.plug(req.Host, req.Op == "plug")
	case "home":
		return g.setHome(req.User, req.Value)
	case "stop":
		close(g.stop)
		return nil
	}
	return fmt.Errorf("no command %q", req.Op)
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
