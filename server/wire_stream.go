package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// stream is the library's view of the client: whole messages. It looks at each
// frame before the library does, which would end the connection at a bad one.
type stream struct {
	in     *bufio.Reader
	out    *outbox
	over   context.Context // the conversation
	finish func(EndReason, error)
	log    *zap.Logger // set by Serve, before the first Read
}

var _ jsonrpc2.Stream = (*stream)(nil)

func newStream(in io.Reader, out *outbox, over context.Context, finish func(EndReason, error)) *stream {
	return &stream{in: newFrameReader(in), out: out, over: over, finish: finish, log: zap.NewNop()}
}

// Read gives the next good message. Bad ones are answered here. The end of
// input ends the conversation at once, before the library learns of it.
func (s *stream) Read(context.Context) (jsonrpc2.Message, int64, error) {
	for {
		body, err := readFrame(s.in)
		if err != nil {
			s.ended(err)
			return nil, 0, io.EOF
		}
		if s.over.Err() != nil {
			return nil, 0, io.EOF
		}
		msg, id, wireErr := parseMessage(body)
		if wireErr == nil {
			return msg, int64(len(body)), nil
		}
		s.reject(id, wireErr)
	}
}

// ended ends the conversation by the reader's error.
func (s *stream) ended(err error) {
	if bad, ok := errors.AsType[*frameError](err); ok {
		s.reject(jsonrpc2.ID{}, invalid(bad.code, bad.reason))
		s.finish(EndBroken, err)
		return
	}
	s.finish(EndOfInput, nil)
}

// reject answers a message that never becomes a request. It runs on the reader,
// which must not wait for a client that does not read.
func (s *stream) reject(id jsonrpc2.ID, err *jsonrpc2.Error) {
	s.log.Warn("a bad message from the client", zap.String("error", err.Message))
	s.out.offer(frameOf(jsonrpc2.NewResponse(id, nil, err)))
}

// Write queues a message for the client and waits for room as long as ctx allows.
func (s *stream) Write(ctx context.Context, msg jsonrpc2.Message) (int64, error) {
	frame := frameOf(msg)
	if err := s.out.put(ctx, frame); err != nil {
		return 0, err
	}
	return int64(len(frame)), nil
}

// Close does nothing: the library closes when input ends, while there is still
// something to tell the client. Serve closes the byte stream.
func (s *stream) Close() error { return nil }

// frameOf encodes a message with its header.
func frameOf(msg jsonrpc2.Message) []byte {
	body := jsonrpc2.AppendMessage(nil, msg)
	frame := make([]byte, 0, len(body)+32)
	frame = append(frame, "Content-Length: "...)
	frame = strconv.AppendInt(frame, int64(len(body)), 10)
	frame = append(frame, "\r\n\r\n"...)
	return append(frame, body...)
}

// parseMessage reads one message. When it is bad, it gives the answer and the id
// to answer with, which is null unless it could be read.
func parseMessage(body []byte) (jsonrpc2.Message, jsonrpc2.ID, *jsonrpc2.Error) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, jsonrpc2.ID{}, invalid(protocol.ErrParse, "the message is not JSON in UTF-8")
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return nil, jsonrpc2.ID{}, invalid(protocol.ErrInvalidRequest, "batches are not spoken here")
	}
	msg, err := jsonrpc2.DecodeMessage(body)
	if err == nil {
		return msg, jsonrpc2.ID{}, nil
	}
	bad := invalid(protocol.ErrInvalidRequest, "the message is not a JSON-RPC 2.0 request, notification or response")
	var shape struct {
		ID     json.RawMessage `json:"id"`
		Method json.RawMessage `json:"method"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return nil, jsonrpc2.ID{}, bad
	}
	id, _ := parseID(shape.ID)
	if shape.Method == nil && (shape.Result != nil || shape.Error != nil) {
		// A broken answer: whoever waits for it learns so now rather than never.
		return jsonrpc2.NewResponse(id, nil, bad), id, nil
	}
	return nil, id, bad
}

// parseID reads a request's id.
func parseID(raw []byte) (jsonrpc2.ID, bool) {
	var number int64
	if json.Unmarshal(raw, &number) == nil && string(raw) != "null" {
		return jsonrpc2.NewNumberID(number), true
	}
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		return jsonrpc2.NewStringID(text), true
	}
	return jsonrpc2.ID{}, false
}

// invalid is the answer to a message that is wrong in itself.
func invalid(code protocol.ErrorCode, message string) *jsonrpc2.Error {
	return rpcError(code, protocol.Problem{Code: string(fault.BadRequest), Message: message})
}
