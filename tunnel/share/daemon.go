package share

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

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
	config *ssh.ServerConfig
	socket string          // where it listens
	remove func()          // removes that socket, once; see serve
	ctx    context.Context // ends with the daemon
	end    context.CancelFunc
	work   sync.WaitGroup
	// dataConns are those that were accepted and do not have their channel yet.
	dataConns dataConns

	mu      sync.Mutex // guards the fields below
	attempt *attempt   // under way, or led to the connection there is; nil: none
	count   int        // clients that want the connection, logged in or not
	until   time.Time  // without clients, it is kept until then
	idle    *time.Timer
}

// newDaemon returns a daemon that listens on socket, the file mine.
func newDaemon(ctx context.Context, socket string, mine os.FileInfo) *daemon {
	d := &daemon{socket: socket, remove: sync.OnceFunc(func() { remove(socket, mine) })}
	d.ctx, d.end = context.WithCancel(ctx)
	return d
}

// serve serves clients until none wants the connection.
func (d *daemon) serve(l *net.UnixListener) {
	d.idle = time.AfterFunc(firstWait, d.maybeExit)
	stop := context.AfterFunc(d.ctx, func() {
		d.remove() // before it is closed, since the socket of the next daemon may then get its inode
		_ = l.Close()
	})
	defer stop()
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			break
		}
		if checkPeer(conn) != nil {
			_ = conn.Close()
			continue
		}
		d.work.Go(func() { d.serveConn(conn) })
	}
	d.remove()
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

// unused reports whether no client wants the connection, and its time has ended.
func (d *daemon) unused() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count == 0 && !time.Now().Before(d.until)
}

// maybeExit ends the daemon if it is unused, unless a new client connects meanwhile.
func (d *daemon) maybeExit() {
	if !d.unused() {
		return
	}
	unlock, err := lock(d.ctx, filepath.Dir(d.socket)) // no other daemon is started while this one exits
	if err == nil {
		defer unlock()
	}
	if !d.unused() {
		return
	}
	if err == nil {
		d.remove()
	}
	d.end()
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

// serveConn serves one connection: a client's, or a data connection, which is handed over to the channel with its
// token.
func (d *daemon) serveConn(socket *net.UnixConn) {
	stop := context.AfterFunc(d.ctx, func() { _ = socket.Close() })
	defer stop()
	prefix, err := readPrefix(socket, len(bulkMark))
	if err == nil && prefix == bulkMark {
		var token string
		if token, err = readPrefix(socket, len(rand.Text())); err == nil {
			d.dataConns.deliver(d.ctx, token, socket)
			return // its channel closes it
		}
	}
	defer func() { _ = socket.Close() }()
	if err == nil {
		d.serveClient(&prefixedConn{socket, io.MultiReader(strings.NewReader(prefix), socket)})
	}
}

// serveClient serves one client.
func (d *daemon) serveClient(socket net.Conn) {
	conn, channels, requests, err := acceptConn(socket, d.config)
	if err != nil {
		return // it is no client's
	}
	m := &member{conn: conn, dataConns: &d.dataConns}
	m.ctx, m.cancel = context.WithCancel(d.ctx)
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
		if d.ctx.Err() == nil { // else the connection's end says so, and the client starts another daemon
			reply(r, false, faultOf(err))
		}
		return
	}
	m.up.Store(up)
	reply(r, true, loginAnswer{Info: up.Info()})
	select {
	case <-up.Done():
		if err := up.Err(); err != nil {
			_ = send(m.conn, requestLost, faultOf(err))
		}
	case <-m.ctx.Done():
	}
}
