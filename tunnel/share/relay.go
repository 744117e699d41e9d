package share

import (
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// sendRest is how long the host may take to read what a client sent before it closed a channel.
const sendRest = 2 * time.Second

// relay opens a channel of the host for a client's channel, and passes bytes and requests
// both ways until both sides have closed it. The bytes take the data connection or, if that is
// nil, the client's channel.
func (m *member) relay(wanted ssh.NewChannel, kind string, payload []byte, data dataConn) {
	up, upRequests, err := m.up.Load().OpenChannel(m.ctx, kind, payload)
	if err != nil {
		refuse(wanted, err)
		return
	}
	down, downRequests, err := wanted.Accept()
	if err != nil {
		_ = up.Close()
		ssh.DiscardRequests(upRequests)
		return
	}
	r := &relay{up: up, down: down, bytes: down}
	if data != nil {
		r.bytes, r.bulk = data, data
	}
	r.run(upRequests, downRequests)
}

// relay is a channel of the host, up, and the client's channel, down.
type relay struct {
	up, down ssh.Channel
	bytes    interface {
		io.ReadWriter
		CloseWrite() error
	}
	bulk net.Conn // bytes, if that is a data connection; else nil
}

func (r *relay) run(upRequests, downRequests <-chan *ssh.Request) {
	var all, outputs, input sync.WaitGroup
	input.Go(func() {
		_, _ = r.copy(r.up, r.bytes)
		_ = r.up.CloseWrite()
	})
	all.Go(func() { // ends when the client has closed the channel, or has gone
		passRequests(r.up, downRequests)
		late := time.AfterFunc(sendRest, r.closeInput)
		input.Wait()
		late.Stop()
		_ = r.up.Close()
	})
	outputs.Go(func() { r.copyOutput(r.bytes, r.up) })
	outputs.Go(func() { r.copyOutput(r.down.Stderr(), r.up.Stderr()) })
	all.Go(func() {
		outputs.Wait()
		_ = r.bytes.CloseWrite()
	})
	passRequests(r.down, upRequests) // until the host has closed the channel
	outputs.Wait()
	_ = r.down.Close()
	all.Wait()
}

// closeInput ends the copy of a client's bytes.
func (r *relay) closeInput() {
	_ = r.up.Close()
	if r.bulk != nil {
		_ = r.bulk.Close()
	}
}

// copy copies bytes, in large pieces if they are many.
func (r *relay) copy(to io.Writer, from io.Reader) (int64, error) {
	if r.bulk == nil {
		return io.Copy(to, from)
	}
	return io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, bulkBuffer))
}

// copyOutput passes on an output of the host. What a client that has gone does not read is
// dropped, so that the channel's end is seen.
func (r *relay) copyOutput(to io.Writer, from io.Reader) {
	if _, err := r.copy(to, from); err != nil {
		_, _ = io.Copy(io.Discard, from)
	}
}

// passRequests passes requests on to a channel until there are no more.
func passRequests(to ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		ok, _ := to.SendRequest(r.Type, r.WantReply, r.Payload)
		if r.WantReply {
			_ = r.Reply(ok, nil)
		}
	}
}
