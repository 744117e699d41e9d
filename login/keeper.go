package login

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"
)

const (
	// firstWait is how long a keeper waits for its first client.
	firstWait = 10 * time.Second
	// longestLinger is the most that a client may wish.
	longestLinger = 10 * time.Minute
)

// keeper has one connection, and lives as long as somebody wants it.
type keeper struct {
	log *zap.Logger
	// sockets is where an ssh program's are made.
	sockets string
	ctx     context.Context // ends with the keeper
	end     context.CancelFunc
	work    sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	attempt *attempt   // under way, or led to the connection there is; nil: none
	clients map[string]*client
	count   int       // those who want the connection, logged in or not
	until   time.Time // with nobody there, it is kept until then
	idle    *time.Timer
}

func newKeeper(ctx context.Context, log *zap.Logger) *keeper {
	k := &keeper{log: log, clients: map[string]*client{}}
	k.ctx, k.end = context.WithCancel(ctx)
	return k
}

// keep serves clients until nobody wants the connection any more. last is
// called when that seems to be so, and gives false if somebody has come after all.
func (k *keeper) keep(l net.Listener, last func(still func() bool) bool) {
	k.idle = time.AfterFunc(firstWait, func() { k.leave(last) })
	stop := context.AfterFunc(k.ctx, func() { _ = l.Close() })
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			break
		}
		if err := checkPeer(conn); err != nil {
			k.log.Warn("a stranger knocked", zap.Error(err))
			_ = conn.Close()
			continue
		}
		k.work.Go(func() { k.serve(newFrames(conn)) })
	}
	k.end()
	k.mu.Lock()
	k.idle.Stop()
	try := k.attempt
	k.mu.Unlock()
	if try != nil {
		<-try.done
		if try.up != nil {
			_ = try.up.Close()
		}
	}
	k.work.Wait()
}

// leave ends the keeper if its time is over.
func (k *keeper) leave(last func(still func() bool) bool) {
	unused := func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.count == 0 && !time.Now().Before(k.until)
	}
	if unused() && last(unused) {
		k.end()
	}
}

// came notes one who wants the connection.
func (k *keeper) came() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count++
}

// went notes that one is gone, who wished the connection to be kept for linger.
func (k *keeper) went(linger time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count--
	now := time.Now()
	if until := now.Add(min(linger, longestLinger)); until.After(k.until) {
		k.until = until
	}
	if k.count == 0 {
		k.idle.Reset(max(0, k.until.Sub(now)))
	}
}

// serve does what one connection is for.
func (k *keeper) serve(f *frames) {
	defer func() { _ = f.Close() }()
	stop := context.AfterFunc(k.ctx, func() { _ = f.Close() })
	defer stop()
	_ = f.SetReadDeadline(time.Now().Add(writeTimeout))
	kind, payload, err := f.read(nil)
	_ = f.SetReadDeadline(time.Time{})
	if err == nil {
		err = k.answer(f, kind, payload)
	}
	if err != nil {
		k.log.Debug("a request was not understood", zap.Error(err))
	}
}

var errUnknown = errors.New("an unknown kind of request")

func (k *keeper) answer(f *frames, kind byte, payload []byte) error {
	switch kind {
	case forLogin:
		return withMessage(payload, func(r loginRequest) { k.login(f, &r) })
	case forChannel:
		return withMessage(payload, func(r channelRequest) {
			if c := k.find(r.User); c != nil {
				k.relay(c.ctx, f, c.up, r)
				return
			}
			_ = f.tell(notOpened, openFaultOf(errNotYours))
		})
	case forSign:
		return withMessage(payload, func(r signRequest) { _ = f.tell(answered, k.sign(r)) })
	case forAlive:
		return withMessage(payload, func(r aliveRequest) { _ = f.tell(answered, k.alive(f, r)) })
	}
	return errUnknown
}

// withMessage reads a message and hands it on.
func withMessage[M any](payload []byte, do func(M)) error {
	var m M
	err := json.Unmarshal(payload, &m)
	if err == nil {
		do(m)
	}
	return err
}

// errNotYours: who asks has no connection here, or not any more.
var errNotYours = errors.New("the connection has ended")

// find gives the client that has the connection and calls itself user.
func (k *keeper) find(user string) *client {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.clients[user]
}

// login gives one client the connection, for as long as both are there.
func (k *keeper) login(f *frames, req *loginRequest) {
	k.came()
	c := newClient(k.ctx, f)
	c.linger.Store(int64(req.Linger))
	received := make(chan struct{}) // closed when all that it has said is known
	defer func() {
		c.close()
		<-received
		k.went(time.Duration(c.linger.Load()))
	}()
	k.work.Go(func() {
		defer close(received)
		c.receive()
	})
	up, err := k.connect(c.ctx, c, req)
	if err != nil {
		_ = f.tell(notLogged, wireFaultOf(err))
		return
	}
	c.up = up
	name := rand.Text() // nobody guesses it
	k.enroll(name, c)
	defer k.enroll(name, nil)
	if f.tell(loggedIn, loginAnswer{User: name, Facts: up.Facts()}) != nil {
		return
	}
	select {
	case <-up.Done():
		if err := up.Err(); err != nil {
			_ = f.tell(notLogged, wireFaultOf(err))
		}
	case <-c.ctx.Done():
	}
}

// enroll keeps a client, or forgets it where c is nil.
func (k *keeper) enroll(name string, c *client) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c == nil {
		delete(k.clients, name)
		return
	}
	k.clients[name] = c
}

func (k *keeper) sign(r signRequest) signAnswer {
	c := k.find(r.User)
	if c == nil {
		return signAnswer{Fault: errNotYours.Error()}
	}
	key, err := ssh.ParsePublicKey(r.Key)
	if err != nil {
		return signAnswer{Fault: err.Error()}
	}
	signature, err := c.up.Sign(key, r.Data, r.Algorithm)
	if err != nil {
		return signAnswer{Fault: err.Error()}
	}
	return signAnswer{Signature: signature}
}

// alive asks the host for a sign of life; false also where the connection has ended.
// One that is probed ends when there is none.
func (k *keeper) alive(f *frames, r aliveRequest) aliveAnswer {
	c := k.find(r.User)
	if c == nil {
		return aliveAnswer{}
	}
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	k.work.Go(func() { // one who hangs up waits no more
		_, _, _ = f.read(nil)
		cancel()
	})
	if r.Probe {
		c.up.Probe(ctx, r.Patience)
		return aliveAnswer{alive(c.up)}
	}
	return aliveAnswer{c.up.Alive(ctx, r.Patience)}
}
