package login

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel"
)

// relay is one channel for one client: what comes on either side goes to the other.
type relay struct {
	frames   *frames
	upstream ssh.Channel
	input    *queue      // from the client, until the host takes it
	gone     atomic.Bool // the client has closed the channel
}

// errGone: the client has closed the channel.
var errGone = errors.New("the client is gone")

// sendRest is how long the host may take for what a client sent before it went.
const sendRest = 2 * time.Second

// receive takes in what the client sends, and never waits for the host: the
// client has no more on its way than fits. It ends with the connection to the client.
func (r *relay) receive() {
	buffer := make([]byte, chunk)
	for {
		kind, payload, err := r.frames.read(buffer)
		if err != nil {
			r.gone.Store(true)
			r.input.end(errGone)
			return
		}
		switch kind {
		case data:
			r.input.put(payload)
		case endOfData:
			r.input.end(io.EOF)
		case request:
			var m channelMessage
			if json.Unmarshal(payload, &m) == nil {
				_, _ = r.upstream.SendRequest(m.Type, false, m.Payload)
			}
		}
	}
}

// feed sends the client's bytes on, and closes the channel once the client is gone.
func (r *relay) feed() {
	defer func() {
		if r.gone.Load() {
			_ = r.upstream.Close()
		}
	}()
	buffer := make([]byte, chunk)
	for untold := 0; ; {
		n, err := r.input.Read(buffer)
		if err == io.EOF {
			_ = r.upstream.CloseWrite()
		}
		if err != nil {
			return
		}
		if _, err := r.upstream.Write(buffer[:n]); err != nil {
			return // what still comes from the host is passed on
		}
		if untold += n; untold >= window/4 {
			_ = r.frames.write(taken, binary.BigEndian.AppendUint32(nil, uint32(untold))) // to one that is gone: receive tells
			untold = 0
		}
	}
}

// copy passes one of the host's outputs on, as it comes.
func (r *relay) copy(kind byte, from io.Reader) {
	buffer := make([]byte, headLength+chunk)
	for {
		n, err := from.Read(buffer[headLength:])
		if n > 0 && r.frames.writeWhole(kind, buffer[:headLength+n]) != nil {
			_ = r.upstream.Close() // the client is gone
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if err != nil {
			return
		}
	}
}

// run works until the channel is closed on both sides.
func (r *relay) run(requests <-chan *ssh.Request) {
	var client, outputs, all sync.WaitGroup
	client.Go(func() {
		r.receive()
		late := time.AfterFunc(sendRest, func() { _ = r.upstream.Close() })
		all.Wait()
		late.Stop()
	})
	all.Go(r.feed)
	outputs.Go(func() { r.copy(data, r.upstream) })
	outputs.Go(func() { r.copy(errorData, r.upstream.Stderr()) })
	all.Go(func() {
		outputs.Wait()
		_ = r.frames.write(endOfData, nil)
	})
	for req := range requests { // until the channel is closed
		if message, err := json.Marshal(channelMessage{Type: req.Type, Payload: req.Payload}); err == nil {
			_ = r.frames.write(request, message)
		}
		if req.WantReply {
			_ = req.Reply(false, nil)
		}
	}
	r.input.drop()
	all.Wait()
	if !r.gone.Load() {
		_ = r.frames.write(channelEnd, nil)
	}
	_ = r.frames.Close()
	client.Wait()
}

// relay opens a channel for a client and works until its end.
func (k *keeper) relay(ctx context.Context, f *frames, u *tunnel.Conn, req channelRequest) {
	defer func() { _ = f.Close() }()
	// A client that is gone may have said something before, which is still to be read.
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Now().Add(sendRest)) })
	defer stop()
	ch, requests, err := u.OpenChannel(ctx, req.Kind, req.Payload)
	if err != nil {
		_ = f.tell(notOpened, openFaultOf(err))
		return
	}
	if err := f.tell(opened, nil); err != nil {
		_ = ch.Close()
		ssh.DiscardRequests(requests)
		return
	}
	(&relay{frames: f, upstream: ch, input: newQueue()}).run(requests)
}
