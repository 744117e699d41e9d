package rpc

import (
	"context"
	"fmt"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// lifecycle enforces the order of requests: initialize first and once, nothing
// after shutdown.
type lifecycle struct {
	mu       sync.Mutex    // guards the fields below
	began    bool          // initialize was received and has not failed
	ready    bool          // initialize succeeded
	shutdown bool          // shutdown was received
	answered chan struct{} // closed when the running initialize is answered
}

// admit accepts or refuses a request; it is called in the order of arrival. An
// accepted one runs after awaitInitialized.
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
		l.answered = make(chan struct{})
	case !l.began:
		return errNotInitialized()
	case method == protocol.MethodShutdown:
		l.shutdown = true
	}
	return nil
}

// awaitInitialized waits for the answer to initialize, which clients need not do.
func (l *lifecycle) awaitInitialized(ctx context.Context) error {
	l.mu.Lock()
	answered := l.answered
	l.mu.Unlock()
	select {
	case <-answered:
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

// setInitialized records how initialize ended. After a failure it may be sent again.
func (l *lifecycle) setInitialized(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready, l.began = ok, ok
	if !ok {
		l.shutdown = false
	}
	close(l.answered)
}

// initializeSeen reports whether initialize was received and has not failed.
func (l *lifecycle) initializeSeen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.began
}

// errNotInitialized returns the answer to a request before initialize.
func errNotInitialized() error {
	return invalid(protocol.ErrNotInitialized, "initialize must be the first request")
}

// checkVersion returns an error for a client with another version of the protocol.
func checkVersion(params *protocol.InitializeParams) error {
	if params.ProtocolVersion == protocol.Version {
		return nil
	}
	advice := "Update the client. In VS Code, update the Sunpyter extension in the Extensions view and reload the window."
	if params.ProtocolVersion > protocol.Version {
		advice = "Update the sunpyter program. In VS Code, clear the setting Server Path to use the one in the extension."
	}
	return &fault.Error{
		Code:  fault.BadVersion,
		Tried: "starting Sunpyter",
		Answer: fmt.Sprintf("the client speaks version %d of the protocol, and this sunpyter program speaks version %d",
			params.ProtocolVersion, protocol.Version),
		Advice: advice,
	}
}
