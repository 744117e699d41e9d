//go:build !windows

package tunnel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
)

// The messages of OpenSSH's PROTOCOL.mux that are used here.
const (
	muxVersion = 4

	muxHello       = 0x00000001
	muxNewSession  = 0x10000002
	muxTerminate   = 0x10000005
	muxNewForward  = 0x10000008 // "stdio forward": ssh -W
	muxDenied      = 0x80000002
	muxFailure     = 0x80000003
	muxExitMessage = 0x80000004
	muxOpened      = 0x80000006
)

const (
	// maxMuxMessage bounds a message, in bytes.
	maxMuxMessage = 256 << 10
	// muxTimeout bounds a word with the ssh program, which is on this computer.
	muxTimeout = 5 * time.Second
)

// mux is one connection to the control socket of an ssh program. It is good for
// one channel, and the channel ends with it.
type mux struct{ *net.UnixConn }

// dialMux connects and says hello.
func dialMux(ctx context.Context, socket string) (*mux, error) {
	ctx, cancel := context.WithTimeout(ctx, muxTimeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	m := &mux{conn.(*net.UnixConn)}
	stop := context.AfterFunc(ctx, func() { _ = m.Close() })
	defer stop()
	if err := m.hello(); err != nil {
		_ = m.Close()
		return nil, fmt.Errorf("speaking to ssh's control socket: %w", err)
	}
	return m, nil
}

func (m *mux) hello() error {
	if err := m.send(muxHello, struct{ Version uint32 }{muxVersion}); err != nil {
		return err
	}
	kind, body, err := m.receive()
	if err != nil {
		return err
	}
	if kind != muxHello || len(body) < 4 || binary.BigEndian.Uint32(body) != muxVersion {
		return errors.New("it speaks another version")
	}
	return nil
}

// send sends a message, whose fields are those of message.
func (m *mux) send(kind uint32, message any) error {
	body := ssh.Marshal(message)
	packet := binary.BigEndian.AppendUint32(make([]byte, 0, 8+len(body)), uint32(4+len(body)))
	packet = binary.BigEndian.AppendUint32(packet, kind)
	_, err := m.Write(append(packet, body...))
	return err
}

// receive reads a message.
func (m *mux) receive() (kind uint32, body []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(m, head[:]); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(head[:4])
	if length < 4 || length > maxMuxMessage {
		return 0, nil, fmt.Errorf("a message of %d bytes", length)
	}
	body = make([]byte, length-4)
	_, err = io.ReadFull(m, body)
	return binary.BigEndian.Uint32(head[4:]), body, err
}

// hand gives the ssh program open files, each with a message of its own.
func (m *mux) hand(files ...*os.File) error {
	for _, f := range files {
		if _, _, err := m.WriteMsgUnix([]byte{0}, syscall.UnixRights(int(f.Fd())), nil); err != nil {
			return err
		}
	}
	return nil
}

// refusal is the ssh program's no to a channel, in the words that it was given.
type refusal string

func (r refusal) Error() string { return string(r) }

// open asks for a channel whose streams are files, and waits for the host's answer.
func (m *mux) open(kind uint32, message any, files ...*os.File) error {
	if err := m.send(kind, message); err != nil {
		return err
	}
	if err := m.hand(files...); err != nil {
		return err
	}
	kind, body, err := m.receive()
	switch {
	case err != nil:
		return err
	case kind == muxOpened:
		return nil
	}
	var no struct {
		Request uint32
		Reason  string
	}
	if (kind != muxFailure && kind != muxDenied) || ssh.Unmarshal(body, &no) != nil {
		return fmt.Errorf("ssh's control socket gave the answer %#x", kind)
	}
	return refusal(clean(no.Reason, 200))
}

// session asks for a command.
func (m *mux) session(command string, stdin, stdout, stderr *os.File) error {
	const noEscape = 0xffffffff
	return m.open(muxNewSession, struct {
		Request                    uint32
		Reserved                   string
		TTY, X11, Agent, Subsystem uint32
		Escape                     uint32
		Terminal, Command          string
	}{Escape: noEscape, Command: command}, stdin, stdout, stderr)
}

// forward asks for a connection from the host.
func (m *mux) forward(host string, port uint32, stdin, stdout *os.File) error {
	return m.open(muxNewForward, struct {
		Request  uint32
		Reserved string
		Host     string
		Port     uint32
	}{Host: host, Port: port}, stdin, stdout)
}

// exit waits for the end of the channel; status is nil where the host told none.
func (m *mux) exit() (status *uint32) {
	for {
		kind, body, err := m.receive()
		if err != nil {
			return status
		}
		var told struct{ Session, Status uint32 }
		if kind == muxExitMessage && ssh.Unmarshal(body, &told) == nil {
			status = &told.Status
		}
	}
}

// terminateMux tells an ssh program to end that nobody owns any more.
func terminateMux(socket string) {
	m, err := dialMux(context.Background(), socket)
	if err != nil {
		return
	}
	defer func() { _ = m.Close() }()
	_ = m.SetDeadline(time.Now().Add(muxTimeout))
	if m.send(muxTerminate, struct{ Request uint32 }{}) == nil {
		_, _, _ = m.receive()
	}
}
