package server

import (
	"context"
	"fmt"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// lifecycle keeps the order of a conversation: initialize first and once, after
// shutdown nothing more.
type lifecycle struct {
	mu       sync.Mutex
	began    bool          // initialize was received, and has not failed
	ready    bool          // initialize was answered
	shutdown bool          // shutdown was received
	settled  chan struct{} // closed when the initialize that is under way is answered
}

// admit decides on a request in the order in which requests arrive. A nil error
// lets it run, after await.
func (l *lifecycle) admit(method string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.shutdown:
		return invalid(protocol.ErrInvalidRequest, "shutdown was received; only exit may follow")
	case method == protocol.MethodInitialize && l.began:
		return invalid(protocol.ErrInvalidRequest, "initialize was received already; it comes once")
	case method == protocol.MethodInitialize:
		l.began = true
		l.settled = make(chan struct{})
	case !l.began:
		return errNotInitialized()
	case method == protocol.MethodShutdown:
		l.shutdown = true
	}
	return nil
}

// await waits for the answer to initialize, which other requests may follow at once.
func (l *lifecycle) await(ctx context.Context) error {
	l.mu.Lock()
	settled := l.settled
	l.mu.Unlock()
	select {
	case <-settled:
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ready {
		return errNotInitialized()
	}
	return nil
}

// initialized notes how initialize ended. After a failure it may come again.
func (l *lifecycle) initialized(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready, l.began = ok, ok
	if !ok {
		l.shutdown = false
	}
	close(l.settled)
}

// initializeSeen tells whether the conversation has begun.
func (l *lifecycle) initializeSeen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.began
}

// shutdownSeen tells whether the client asked for shutdown.
func (l *lifecycle) shutdownSeen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shutdown
}

// errNotInitialized is the answer to a request before initialize.
func errNotInitialized() error {
	return invalid(protocol.ErrNotInitialized, "initialize must be the first request")
}

// checkVersion refuses a client whose protocol is not spoken here.
func checkVersion(params *protocol.InitializeParams) error {
	if params.ProtocolVersion == protocol.Version {
		return nil
	}
	return &fault.Error{
		Code:  fault.BadVersion,
		Tried: "agreeing on a version of the protocol",
		Answer: fmt.Sprintf("this client speaks version %d; this Sunpyter speaks version %d",
			params.ProtocolVersion, protocol.Version),
		Advice: "Update Sunpyter, or the editor's extension",
	}
}
