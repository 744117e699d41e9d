package tunnel

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"
)

const (
	// carryPatience is how long a server of ours may take to begin on a login node.
	carryPatience = 20 * time.Second
	// maxCarryNoise is how much a startup file may print before that, in bytes.
	maxCarryNoise = 1 << 20
	// carryRetry is how long a session that was just closed may still count.
	carryRetry = time.Second
)

//go:embed carry.sh
var carryScript string

// carrying is for hosts that allow one session on a connection (MaxSessions 1), where a
// second login would ask a person once more: the one session becomes a connection, to an
// SSH server of the user's own, on which all commands have room. Whether it is needed is
// known when the first session is opened: a second one is opened beside it, which costs no time.
type carrying struct {
	turn  chan struct{} // room for the one who looks; nil: no person had to type anything to be let in
	known bool          // changed by whose turn it is, as is conn
	conn  *Conn         // nil: there is room, or it cannot be had
}

// openedSession is a session, or why there is none.
type openedSession struct {
	channel  ssh.Channel
	requests <-chan *ssh.Request
	err      error
}

func (c *Conn) openOne(ctx context.Context) (s openedSession) {
	s.channel, s.requests, s.err = c.open(ctx, "session", nil)
	return s
}

// discard closes a session that is not used.
func (s openedSession) discard() {
	if s.err == nil {
		_ = s.channel.Close()
		go ssh.DiscardRequests(s.requests)
	}
}

// openTight opens a session where the first may be the only one. Others wait until that is known.
func (c *Conn) openTight(ctx context.Context) openedSession {
	select {
	case c.carry.turn <- struct{}{}:
	case <-ctx.Done():
		return openedSession{err: ctx.Err()}
	case <-c.done:
		return openedSession{err: errClosed}
	}
	if !c.carry.known {
		defer func() { <-c.carry.turn }()
		return c.openFirst(ctx)
	}
	carried := c.carry.conn
	<-c.carry.turn
	if carried != nil {
		return carried.openOne(ctx)
	}
	return c.openAfter(ctx)
}

// openFirst opens the first session, and one more to see whether there can be two.
func (c *Conn) openFirst(ctx context.Context) openedSession {
	if c.primes.Load() { // prime's command has a session, too
		select {
		case <-c.priming:
		case <-ctx.Done():
		}
	}
	other := make(chan openedSession, 1)
	go func() { other <- c.openOne(ctx) }()
	first := c.openOne(ctx)
	second := <-other
	if first.err != nil {
		first, second = second, first
	}
	if first.err != nil {
		return first
	}
	c.carry.known = true
	if !isRefusal(second.err) {
		second.discard()
		return first
	}
	inner, err := c.carryOn(ctx, first)
	if err != nil {
		c.log.Info("the host allows one command at a time, and no server of ours runs there", zap.String("host", c.target.Host), zap.Error(err))
		return c.openAfter(ctx)
	}
	c.carry.conn = inner
	return inner.openOne(ctx)
}

// openAfter opens a session, also when another one has just been closed.
func (c *Conn) openAfter(ctx context.Context) (s openedSession) {
	for end := time.Now().Add(carryRetry); ; sleep(ctx, besidePause) {
		if s = c.openOne(ctx); !isRefusal(s.err) || time.Now().After(end) {
			return s
		}
	}
}

// carryOn makes a session a connection.
func (c *Conn) carryOn(ctx context.Context, session openedSession) (*Conn, error) {
	key, err := passingKey("")
	if err != nil {
		session.discard()
		return nil, err
	}
	var host string
	node := CommandTarget{Patience: carryPatience, Skip: func(r io.Reader) (io.Reader, int, error) {
		rest, line, err := carryHost(r)
		host = line
		return rest, 0, err
	}}
	p, err := launch(session.channel, session.requests, carryCommand(keyLine(key.public)))
	if err != nil {
		return nil, err
	}
	under, err := c.carrierOn(ctx, p, node)
	if err != nil {
		return nil, err
	}
	t := &Target{Name: c.target.Name, Host: c.target.Host, Port: c.target.Port, User: c.User(), PublicKey: true}
	known, err := readHostKeys(t, []string{host})
	if err != nil {
		_ = under.Close()
		return nil, err
	}
	inner, err := c.inside(ctx, t, under, carryPatience, []*identity{key}, known)
	if err != nil {
		return nil, c.carrierFault(ctx, t, under, err)
	}
	go func() { // ends with either
		select {
		case <-inner.done:
			c.end(inner.err)
		case <-c.done:
			_ = inner.Close()
		}
	}()
	return inner, nil
}

// carryCommand is one that every shell understands.
func carryCommand(public string) string {
	script := "public='" + strings.TrimSpace(public) + "'\n" + carryScript
	return "bash -c 'eval \"`echo " + base64.StdEncoding.EncodeToString([]byte(script)) + " | base64 -d`\"'"
}

// carryHost reads up to the server's key.
func carryHost(r io.Reader) (rest io.Reader, key string, err error) {
	words := bufio.NewReader(r)
	for read := 0; read < maxCarryNoise; {
		line, err := words.ReadString('\n')
		if err != nil {
			return nil, "", err
		}
		read += len(line)
		if _, key, found := strings.Cut(line, "sunpyter:host "); found {
			return words, strings.TrimSpace(key), nil
		}
	}
	return nil, "", errors.New("a startup file prints too much")
}
