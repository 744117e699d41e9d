package proxy

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

const (
	// headerTimeout bounds a local client that sends its request too slowly.
	headerTimeout = 30 * time.Second
	// retryAfter is what a 503 advises, in seconds.
	retryAfter = "2"
)

// noLog discards messages about clients that went away.
var noLog = log.New(io.Discard, "", 0)

// Server is the one local port of a session: http://127.0.0.1:PORT/ leads to a
// server at the far end while there is a link to it, and answers 503 at once
// while there is none. The port stays the same until Close.
type Server struct {
	listener *listener
	server   *http.Server
	served   chan struct{} // closed when the server has ended
	links    links
	gate     gate
	upstream atomic.Pointer[upstream] // nil while there is no link
}

// Listen opens a port on 127.0.0.1: the wanted one, or any where port is 0. It
// starts disconnected. The fault is PortTaken.
func Listen(port int) (*Server, error) {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	l, err := net.Listen("tcp4", address)
	if err != nil {
		f := &fault.Error{Code: fault.PortTaken, Tried: "opening the local port " + address, Answer: err.Error(),
			Advice: "Another program uses that port: choose another, or none to take any that is free.", Err: err}
		if port == 0 {
			f.Advice = "No local port could be opened. A firewall may block it, or another program may be using all ports."
		}
		return nil, f
	}
	f := &Server{listener: &listener{Listener: l}, served: make(chan struct{})}
	f.server = &http.Server{
		Handler:           f.handler(),
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          noLog,
	}
	go func() { // ends with Close
		defer close(f.served)
		_ = f.server.Serve(f.listener)
	}()
	return f, nil
}

// Port is the local port.
func (f *Server) Port() int { return f.listener.Addr().(*net.TCPAddr).Port }

// URL is the local address: http://127.0.0.1:PORT/.
func (f *Server) URL() string { return fmt.Sprintf("http://127.0.0.1:%d/", f.Port()) }

// Connect connects the port: dial opens a byte stream to the server at the far end.
// It is called for each stream, with 5 s to succeed. An earlier link is dropped.
// first is a stream that is already open, so that the first request need not wait
// for one; the server closes it. It may be nil.
func (f *Server) Connect(first net.Conn, dial func(ctx context.Context) (net.Conn, error)) {
	f.replace(newUpstream(first, dial))
}

// Disconnect drops the link: everything that runs over it is closed, also websockets, and
// requests are answered with 503 until the next Connect.
func (f *Server) Disconnect() { f.replace(nil) }

func (f *Server) replace(next *upstream) {
	if previous := f.upstream.Swap(next); previous != nil {
		previous.close()
	}
}

// Close drops the link, closes the port and everything that was accepted on it.
func (f *Server) Close() error {
	f.Disconnect()
	f.gate.close()
	_ = f.listener.Close() // the server may not have started
	_ = f.server.Close()
	f.listener.accepted.close()
	<-f.served
	return nil
}

// listener keeps the connections that it accepted, so that upgraded ones, which the HTTP
// server no longer owns, are closed too.
type listener struct {
	net.Listener
	accepted connSet
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.accepted.add(conn)
}

// connSet closes all of its connections at once. The zero value is ready.
type connSet struct {
	mu     sync.Mutex
	conns  map[*trackedConn]struct{}
	closed bool
}

// trackedConn leaves its set when it is closed.
type trackedConn struct {
	net.Conn
	set *connSet
}

// add adds conn; a closed set closes it.
func (s *connSet) add(conn net.Conn) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	if s.conns == nil {
		s.conns = map[*trackedConn]struct{}{}
	}
	held := &trackedConn{conn, s}
	s.conns[held] = struct{}{}
	return held, nil
}

func (s *connSet) close() {
	s.mu.Lock()
	s.closed = true
	conns := s.conns
	s.conns = nil
	s.mu.Unlock()
	for c := range conns {
		_ = c.Conn.Close()
	}
}

func (c *trackedConn) Close() error {
	c.set.mu.Lock()
	delete(c.set.conns, c)
	c.set.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite passes on a half-close if the connection supports it.
func (c *trackedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
