package share

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"
)

const (
	// firstWait is how long a daemon waits for its first client.
	firstWait = 10 * time.Second
	// longestLinger is the longest linger that a client may request.
	longestLinger = 10 * time.Minute
)

// daemon holds one connection for as long as a client wants it.
type daemon struct {
	log    *zap.Logger
	config *ssh.ServerConfig
	// sockets is where an ssh program's are made.
	sockets string
	ctx     context.Context // ends with the daemon
	end     context.CancelFunc
	work    sync.WaitGroup
	// dataConns are those that were accepted and do not have their channel yet.
	dataConns dataConns

	mu      sync.Mutex // guards the fields below
	attempt *attempt   // under way, or led to the connection there is; nil: none
	count   int        // clients that want the connection, logged in or not
	until   time.Time  // without clients, it is kept until then
	idle    *time.Timer
}

func newDaemon(ctx context.Context, log *zap.Logger, config *ssh.ServerConfig) *daemon {
	d := &daemon{log: log, config: config}
	d.ctx, d.end = context.WithCancel(ctx)
	return d
}

// serve serves clients until none wants the connection. When the last one leaves, confirm is
// called; it returns false if a new client has connected meanwhile.
func (d *daemon) serve(l net.Listener, confirm func(unused func() bool) bool) {
	d.idle = time.AfterFunc(firstWait, func() { d.maybeExit(confirm) })
	stop := context.AfterFunc(d.ctx, func() { _ = l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			break
		}
		if err := checkPeer(conn); err != nil {
			d.log.Warn("rejected connection from another user", zap.Error(err))
			_ = conn.Close()
			continue
		}
		d.work.Go(func() { d.serveConn(conn) })
	}
	d.end()
	d.mu.Lock()
	d.idle.Stop()
	try := d.attempt
	d.mu.Unlock()
	if try != nil {
		<-try.done
		if try.up != nil {
			_ = try.up.Close()
		}
	}
	d.work.Wait()
}

// maybeExit ends the daemon if it has no client and its time has ended.
func (d *daemon) maybeExit(confirm func(unused func() bool) bool) {
	unused := func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.count == 0 && !time.Now().Before(d.until)
	}
	if unused() && confirm(unused) {
		d.end()
	}
}

// addRef registers a client that wants the connection.
func (d *daemon) addRef() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
}

// releaseRef removes a client that wanted the connection kept for linger.
func (d *daemon) releaseRef(linger time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count--
	now := time.Now()
	if until := now.Add(min(linger, longestLinger)); until.After(d.until) {
		d.until = until
	}
	if d.count == 0 {
		d.idle.Reset(max(0, d.until.Sub(now)))
	}
}

// serveConn serves one connection: a client's, or a data connection.
func (d *daemon) serveConn(socket net.Conn) {
	stop := context.AfterFunc(d.ctx, func() { _ = socket.Close() })
	defer stop()
	prefix, err := readPrefix(socket, len(bulkMark))
	if err == nil && prefix == bulkMark {
		if err = d.acceptData(socket); err == nil {
			return // its channel closes it
		}
	}
	defer func() { _ = socket.Close() }()
	if err != nil {
		d.log.Debug("a connection that is no client's", zap.Error(err))
		return
	}
	d.serveClient(&prefixedConn{socket, strings.NewReader(prefix)})
}

// acceptData hands a data connection over to the channel with its token.
func (d *daemon) acceptData(socket net.Conn) error {
	data, ok := socket.(dataConn)
	if !ok {
		return errors.ErrUnsupported
	}
	token, err := readPrefix(socket, len(rand.Text()))
	if err != nil {
		return err
	}
	d.dataConns.deliver(d.ctx, token, data)
	return nil
}

// serveClient serves one client.
func (d *daemon) serveClient(socket net.Conn) {
	conn, channels, requests, err := acceptConn(socket, d.config)
	if err != nil {
		d.log.Debug("a connection that is no client's", zap.Error(err))
		return
	}
	m := newMember(d.ctx, conn, &d.dataConns)
	var work sync.WaitGroup
	work.Go(func() {
		m.serveRequests(requests, func(r *ssh.Request) { work.Go(func() { d.login(m, r) }) })
	})
	for wanted := range channels { // until the client is gone
		work.Go(func() { m.serveChannel(wanted) })
	}
	work.Wait()
	_ = conn.Close()
}

// login returns the connection to a client, for as long as both exist.
func (d *daemon) login(m *member, r *ssh.Request) {
	var req loginRequest
	if json.Unmarshal(r.Payload, &req) != nil {
		_ = r.Reply(false, nil)
		return
	}
	d.addRef()
	m.linger.Store(int64(req.Linger))
	defer func() {
		_ = m.conn.Close()
		<-m.ctx.Done() // everything that it has sent was read
		d.releaseRef(time.Duration(m.linger.Load()))
	}()
	up, err := d.connect(m.ctx, m, &req)
	if err != nil {
		reply(r, false, wireFaultOf(err))
		return
	}
	m.up.Store(up)
	reply(r, true, loginAnswer{Info: up.Info()})
	select {
	case <-up.Done():
		if err := up.Err(); err != nil {
			_ = send(m.conn, requestLost, wireFaultOf(err))
		}
	case <-m.ctx.Done():
	}
}
