package rpc

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

// maxRequests bounds a client's concurrent requests.
const maxRequests = 100

// dispatcher calls the method that each message of the client names.
type dispatcher struct {
	impl     Handler
	log      *zap.Logger
	style    *clientStyle
	shutdown func(endReason, error)
	life     lifecycle
	slots    chan struct{} // one entry for each running request

	mu      sync.Mutex // guards running
	running map[jsonrpc2.ID]context.CancelFunc
}

func newDispatcher(impl Handler, log *zap.Logger, style *clientStyle, shutdown func(endReason, error)) *dispatcher {
	return &dispatcher{
		impl: impl, log: log, style: style, shutdown: shutdown,
		slots:   make(chan struct{}, maxRequests),
		running: map[jsonrpc2.ID]context.CancelFunc{},
	}
}

// handle is called for each message on the reading goroutine and must not block.
// An error from a notification would close the connection.
func (d *dispatcher) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if req.IsCall() {
		return d.handleCall(ctx, req)
	}
	switch req.Method() {
	case protocol.MethodExit:
		d.shutdown(endExit, nil)
	case protocol.MethodCancelRequest:
		d.cancelRequest(req.Params())
	case protocol.MethodClusterDidChange:
		d.clusterDidChange(ctx, req.Params())
	default:
		d.log.Debug("notification ignored", zap.String("method", req.Method()))
	}
	return nil, nil
}

// clusterDidChange passes the client's profiles on before the next message is read,
// so that later requests see them.
func (d *dispatcher) clusterDidChange(ctx context.Context, raw []byte) {
	params := new(protocol.ClusterDidChangeParams)
	err := decodeParams(protocol.MethodClusterDidChange, raw, params)
	if err == nil && d.life.initializeSeen() {
		err = d.impl.ClusterDidChange(ctx, params)
	}
	if err != nil { // a notification has no answer
		d.log.Warn("notification ignored", zap.String("method", protocol.MethodClusterDidChange), zap.Error(err))
	}
}

// cancelRequest cancels the running request that the params name. The id is decoded
// exactly: a float64 would confuse large numbers.
func (d *dispatcher) cancelRequest(raw []byte) {
	var params struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(raw, &params); err != nil {
		d.log.Debug("notification ignored", zap.String("method", protocol.MethodCancelRequest), zap.Error(err))
		return
	}
	id := parseID(params.ID)
	d.mu.Lock()
	defer d.mu.Unlock()
	if cancel, ok := d.running[id]; ok {
		cancel()
	}
}

// handleCall registers a request on the reading goroutine, which decides the order
// of requests, and then runs it in another goroutine.
func (d *dispatcher) handleCall(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	select {
	case d.slots <- struct{}{}:
	default:
		return nil, invalid(protocol.ErrInvalidRequest, fmt.Sprintf("more than %d requests at once", maxRequests))
	}
	defer func() { <-d.slots }()
	// The library reuses ctx when the request ends, and so ends contexts derived
	// from it. Ours is derived from the connection's.
	own, cancel := context.WithCancel(jsonrpc2.DetachContext(ctx))
	defer cancel()
	if err := d.register(req, cancel); err != nil {
		return nil, err
	}
	jsonrpc2.Async(ctx)
	defer d.unregister(req.ID())
	result, err := d.run(own, req)
	if err != nil {
		return nil, d.failure(own, req.Method(), err)
	}
	return result, nil
}

// register admits a request and makes it known to cancelRequest.
func (d *dispatcher) register(req *jsonrpc2.Request, cancel context.CancelFunc) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.running[req.ID()]; taken {
		return invalid(protocol.ErrInvalidRequest, "a request with this id is running")
	}
	if err := d.life.admit(req.Method()); err != nil {
		return err
	}
	d.running[req.ID()] = cancel
	return nil
}

// unregister is called before the request is answered: its id may be used again then.
func (d *dispatcher) unregister(id jsonrpc2.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, id)
}

// run answers one request.
func (d *dispatcher) run(ctx context.Context, req *jsonrpc2.Request) (result jsonrpc2.RawMessage, err error) {
	method := req.Method()
	if method == protocol.MethodInitialize {
		defer func() { d.life.setInitialized(err == nil) }()
	} else if err := d.life.awaitInitialized(ctx); err != nil {
		return nil, err
	}
	// Deferred last, so that it runs first: a panic becomes the error that the
	// other deferred functions see.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in %s: %v", method, r)
			d.log.Error("panic", zap.String("method", method), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
		}
	}()
	value, err := protocol.Dispatch(ctx, d.impl, method, func(params any) error {
		return d.decodeRequest(method, req.Params(), params)
	})
	if err != nil {
		return nil, d.explain(req.Params(), err)
	}
	return encode(value, d.style.get())
}

// explain returns the error of a request with what the server can add to it.
func (d *dispatcher) explain(params []byte, err error) error {
	var about Subject
	_ = json.Unmarshal(params, &about) // if they are wrong, err says so
	explained := d.impl.Explain(about, err)
	if offered, ok := errors.AsType[*withChoices](err); ok {
		explained = WithChoices(explained, offered.choices)
	}
	return explained
}

// decodeRequest decodes a request's parameters. From those of initialize it checks the
// client's version and notes the style of its texts.
func (d *dispatcher) decodeRequest(method string, raw []byte, params any) error {
	if err := decodeParams(method, raw, params); err != nil {
		return err
	}
	if initialize, ok := params.(*protocol.InitializeParams); ok {
		d.style.terminal.Store(initialize.CommandLine)
		return checkVersion(initialize)
	}
	return nil
}

// failure logs a method's error and returns the answer to the client.
func (d *dispatcher) failure(ctx context.Context, method string, err error) error {
	if errors.Is(err, protocol.ErrUnknownMethod) {
		return invalid(protocol.ErrMethodNotFound, fmt.Sprintf("there is no method %.100q", method))
	}
	answer := toRPCError(ctx, err, d.style.get())
	if protocol.ErrorCode(answer.Code) == protocol.ErrInternal {
		d.log.Error("a method failed without a fault", zap.String("method", method), zap.Error(err))
	} else {
		d.log.Info("request failed", zap.String("method", method), zap.String("code", string(fault.CodeOf(err))), zap.Error(err))
	}
	return answer
}

// drain waits until no request is running and admits no more. It returns how many
// are left at the deadline.
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
