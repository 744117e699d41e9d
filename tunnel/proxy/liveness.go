package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/internal/retry"
)

// probeAfter is how long a request waits for its answer before the link under it
// is asked for a reply, and how long apart such questions are.
const probeAfter = 5 * time.Second

var errSilent = errors.New("the remote end is not responding")

// roundTrip sends a request over the link. Servers may be slow, so an answer may
// take its time. But an open stream shows nothing on a link that was cut, and
// the keepalives notice only after 40 s. So a waiting request probes the link
// itself, and fails if there is no reply.
func (u *upstream) roundTrip(r *http.Request) (*http.Response, error) {
	var used atomic.Pointer[trackedConn]
	ctx, giveUp := context.WithCancelCause(r.Context()) // lives as long as the response's body
	asking, stop := context.WithCancel(ctx)
	defer stop()
	asked := make(chan struct{})
	timer := time.AfterFunc(probeAfter, func() {
		defer close(asked)
		if !alive(asking, &used) {
			giveUp(errSilent)
		}
	})
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		held, _ := info.Conn.(*trackedConn)
		used.Store(held)
	}}
	res, err := u.transport.RoundTrip(r.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if stop(); !timer.Stop() {
		<-asked
	}
	return res, err
}

// alive probes the stream in use repeatedly, until it is silent
// (false) or ctx ends.
func alive(ctx context.Context, used *atomic.Pointer[trackedConn]) bool {
	for {
		if held := used.Load(); held != nil {
			if stream, ok := held.Conn.(interface{ Alive(context.Context) bool }); ok && !stream.Alive(ctx) {
				return false
			}
		}
		if !retry.Sleep(ctx, probeAfter) {
			return true
		}
	}
}
