package share

import (
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// sendRest is how long the host may take to read what a client sent before it closed a channel.
const sendRest = 2 * time.Second

// relay opens a channel of the host for a client's channel, and passes bytes and requests
// both ways until both sides have closed it.
func (m *member) relay(wanted ssh.NewChannel) {
	up, upRequests, err := m.up.Load().OpenChannel(m.ctx, wanted.ChannelType(), wanted.ExtraData())
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
	var all, outputs, input sync.WaitGroup
	input.Go(func() {
		_, _ = io.Copy(up, down)
		_ = up.CloseWrite()
	})
	all.Go(func() { // ends when the client has closed the channel, or has gone
		passRequests(up, downRequests)
		late := time.AfterFunc(sendRest, func() { _ = up.Close() })
		input.Wait()
		late.Stop()
		_ = up.Close()
	})
	outputs.Go(func() { copyOutput(down, up) })
	outputs.Go(func() { copyOutput(down.Stderr(), up.Stderr()) })
	all.Go(func() {
		outputs.Wait()
		_ = down.CloseWrite()
	})
	passRequests(down, upRequests) // until the host has closed the channel
	outputs.Wait()
	_ = down.Close()
	all.Wait()
}

// copyOutput passes on an output of the host. What a client that has gone does not read is
// dropped, so that the channel's end is seen.
func copyOutput(to io.Writer, from io.Reader) {
	if _, err := io.Copy(to, from); err != nil {
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
