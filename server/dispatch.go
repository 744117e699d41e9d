package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// maxRequests bounds the requests of a client that are under way at once.
const maxRequests = 100

// dispatcher brings each message of the client to the method that it is for.
type dispatcher struct {
	impl   Handler
	log    *zap.Logger
	finish func(EndReason, error)
	life   lifecycle
	// slots holds one entry for each request under way.
	slots chan struct{}

	mu      sync.Mutex
	running map[jsonrpc2.ID]context.CancelFunc // the requests under way
}

func newDispatcher(impl Handler, log *zap.Logger, finish func(EndReason, error)) *dispatcher {
	return &dispatcher{
		impl: impl, log: log, finish: finish,
		slots:   make(chan struct{}, maxRequests),
		running: map[jsonrpc2.ID]context.CancelFunc{},
	}
}

// handle is called for each message on the goroutine that reads: it must not
// wait. An error from a notification would end the connection.
func (d *dispatcher) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if req.IsCall() {
		return d.begin(ctx, req)
	}
	switch req.Method() {
	case protocol.MethodExit:
		d.finish(EndExit, nil)
	case protocol.MethodCancelRequest:
		d.cancelRequest(req.Params())
	case protocol.MethodClusterDidChange:
		d.clusterDidChange(ctx, req.Params())
	default:
		d.log.Debug("notification ignored", zap.String("method", req.Method()))
	}
	return nil, nil
}

// clusterDidChange hands the client's profiles on before the next message is
// read, so that the requests behind it see them.
func (d *dispatcher) clusterDidChange(ctx context.Context, raw []byte) {
	params := new(protocol.ClusterDidChangeParams)
	err := decodeParams(protocol.MethodClusterDidChange, raw, params)
	if err == nil && d.life.initializeSeen() {
		err = d.impl.ClusterDidChange(ctx, params)
	}
	if err != nil { // nobody waits for an answer
		d.log.Warn("notification ignored", zap.String("method", protocol.MethodClusterDidChange), zap.Error(err))
	}
}

// cancelRequest ends the request that the params name, if it is under way. The
// id is read exactly: a float64 would confuse large numbers.
func (d *dispatcher) cancelRequest(raw []byte) {
	var params struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(raw, &params); err != nil {
		d.log.Debug("notification ignored", zap.String("method", protocol.MethodCancelRequest), zap.Error(err))
		return
	}
	id, _ := parseID(params.ID)
	d.mu.Lock()
	defer d.mu.Unlock()
	if cancel, ok := d.running[id]; ok {
		cancel()
	}
}

// begin takes a request on the goroutine that reads, where the order of requests
// is decided, and then lets that one go on to the next message.
func (d *dispatcher) begin(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	select {
	case d.slots <- struct{}{}:
	default:
		return nil, invalid(protocol.ErrInvalidRequest, fmt.Sprintf("more than %d requests at once", maxRequests))
	}
	defer func() { <-d.slots }()
	// The library takes ctx back when the request ends, also from a context made
	// of it, as its own CancelHandler makes one. So ours is the connection's child.
	own, cancel := context.WithCancel(jsonrpc2.DetachContext(ctx))
	defer cancel()
	if err := d.enter(req, cancel); err != nil {
		return nil, err
	}
	jsonrpc2.Async(ctx)
	defer d.leave(req.ID())
	result, err := d.run(own, req)
	if err != nil {
		return nil, d.failed(own, req.Method(), err)
	}
	return result, nil
}

// enter admits a request and makes it known to $/cancelRequest.
func (d *dispatcher) enter(req *jsonrpc2.Request, cancel context.CancelFunc) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.running[req.ID()]; taken {
		return invalid(protocol.ErrInvalidRequest, "a request with this id is under way")
	}
	if err := d.life.admit(req.Method()); err != nil {
		return err
	}
	d.running[req.ID()] = cancel
	return nil
}

// leave forgets a request, before it is answered: then its id may be used again.
func (d *dispatcher) leave(id jsonrpc2.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, id)
}

// run answers one request.
func (d *dispatcher) run(ctx context.Context, req *jsonrpc2.Request) (result jsonrpc2.RawMessage, err error) {
	method := req.Method()
	if method == protocol.MethodInitialize {
		defer func() { d.life.initialized(err == nil) }()
	} else if err := d.life.await(ctx); err != nil {
		return nil, err
	}
	// Last, so that it runs first: a panic becomes the error that the others see.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in %s: %v", method, r)
			d.log.Error("panic", zap.String("method", method), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
		}
	}()
	value, err := protocol.Dispatch(ctx, d.impl, method, func(params any) error {
		return decodeRequest(method, req.Params(), params)
	})
	if err != nil {
		return nil, err
	}
	return encode(value)
}

// decodeRequest fills a request's parameters and checks the client's version.
func decodeRequest(method string, raw []byte, params any) error {
	if err := decodeParams(method, raw, params); err != nil {
		return err
	}
	if initialize, ok := params.(*protocol.InitializeParams); ok {
		return checkVersion(initialize)
	}
	return nil
}

// failed turns a method's error into the client's, and logs those that are ours.
func (d *dispatcher) failed(ctx context.Context, method string, err error) error {
	if errors.Is(err, protocol.ErrUnknownMethod) {
		return invalid(protocol.ErrMethodNotFound, fmt.Sprintf("there is no method %.100q", method))
	}
	answer := wireError(ctx, err)
	if protocol.ErrorCode(answer.Code) == protocol.ErrInternal {
		d.log.Error("a method failed without a fault", zap.String("method", method), zap.Error(err))
	} else {
		d.log.Info("request failed", zap.String("method", method), zap.String("code", string(fault.CodeOf(err))), zap.Error(err))
	}
	return answer
}

// drain waits until no request is under way, admits no other, and gives the
// number of those that are left at the deadline.
func (d *dispatcher) drain(timeout time.Duration) (left int) {
	deadline := time.After(timeout)
	for free := range maxRequests {
		select {
		case d.slots <- struct{}{}:
		case <-deadline:
			return maxRequests - free
		}
	}
	return 0
}
