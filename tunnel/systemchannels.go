//go:build !windows

package tunnel

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	// systemSessionWait is how long a command waits for another one's end where the
	// host allows no more of them on one connection (MaxSessions).
	systemSessionWait = 10 * time.Second
	// systemSessionLook is how often it tries by itself: the host may make room a moment
	// after the other one's end is known here.
	systemSessionLook = 500 * time.Millisecond
)

// OpenChannel opens a channel. A session is opened with its command, and waits for
// another one's end where the host allows no more.
func (s *systemSSH) OpenChannel(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	switch kind {
	case "session":
		c, p, err := newMuxChannel()
		if err != nil {
			return nil, nil, err
		}
		go func() { // ends with the channel, or with the program
			c.serve(p, s.openSession)
			s.freeOne()
		}()
		return c, c.requests, nil
	case "direct-tcpip":
		return s.openForward(payload)
	}
	return nil, nil, &ssh.OpenChannelError{Reason: ssh.UnknownChannelType, Message: "the ssh program opens no " + kind}
}

func (s *systemSSH) openForward(payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	var to struct {
		Host       string
		Port       uint32
		Origin     string
		OriginPort uint32
	}
	if err := ssh.Unmarshal(payload, &to); err != nil {
		return nil, nil, err
	}
	c, p, err := newMuxChannel()
	if err != nil {
		return nil, nil, err
	}
	defer p.close()
	m, err := dialMux(context.Background(), s.folder.socket())
	if err == nil {
		err = m.forward(to.Host, to.Port, p.theirs[0], p.theirs[1])
	}
	if err != nil {
		if m != nil {
			_ = m.Close()
		}
		_ = c.Close()
		return nil, nil, s.refused(err)
	}
	c.attach(m)
	go func() { // ends with the channel, or with the program
		_ = m.exit()
		close(c.requests)
		_ = m.Close()
	}()
	return c, c.requests, nil
}

// openSession starts a command on a channel.
func (s *systemSSH) openSession(c *muxChannel, p muxPipes, command string) error {
	limit := time.NewTimer(s.sessionWait)
	defer limit.Stop()
	for {
		freed := s.free()
		m, err := dialMux(context.Background(), s.folder.socket())
		if err != nil {
			return err
		}
		if !c.attach(m) {
			return net.ErrClosed
		}
		err = m.session(command, p.theirs[0], p.theirs[1], p.theirs[2])
		if err == nil {
			return nil
		}
		_ = m.Close()
		if _, isRefusal := errors.AsType[refusal](err); !isRefusal {
			return err
		}
		select {
		case <-freed:
		case <-time.After(systemSessionLook):
		case <-limit.C:
			return s.refused(err)
		case <-c.closed:
			return net.ErrClosed
		}
	}
}

// freeOne tells those who wait that a command has ended.
func (s *systemSSH) freeOne() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.freed)
	s.freed = make(chan struct{})
}

// free gives a channel that is closed when the next command ends.
func (s *systemSSH) free() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.freed
}

// refused makes the host's no out of the program's: its own reason stands in the
// program's words.
func (s *systemSSH) refused(err error) error {
	no, ok := errors.AsType[refusal](err)
	if !ok {
		return err
	}
	s.said.catchUp()
	reason, message, _ := strings.Cut(s.words.refusalWords(), ": ")
	reasons := map[string]ssh.RejectionReason{"administratively prohibited": ssh.Prohibited, "connect failed": ssh.ConnectionFailed,
		"unknown channel type": ssh.UnknownChannelType, "resource shortage": ssh.ResourceShortage}
	if reasons[reason] == 0 {
		return &ssh.OpenChannelError{Reason: ssh.ConnectionFailed, Message: string(no)}
	}
	return &ssh.OpenChannelError{Reason: reasons[reason], Message: message}
}

// Alive asks the host for a sign of life: it is to connect us to a port on which
// nothing answers, and its no is one.
func (s *systemSSH) Alive(ctx context.Context, patience time.Duration) bool {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := dialMux(limit, s.folder.socket())
	if err != nil {
		return ctx.Err() != nil
	}
	defer func() { _ = m.Close() }()
	stop := context.AfterFunc(limit, func() { _ = m.Close() })
	defer stop()
	c, p, err := newMuxChannel()
	if err != nil {
		return true
	}
	defer func() { _ = c.Close() }()
	defer p.close()
	err = m.forward("127.0.0.1", 1, p.theirs[0], p.theirs[1])
	_, answered := errors.AsType[refusal](err)
	return err == nil || answered || ctx.Err() != nil
}
