package rpc

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
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

// stream reads and writes whole messages for the library. It checks each frame
// first, because the library closes the connection at a bad one.
type stream struct {
	in       *bufio.Reader
	out      *writeQueue
	closed   context.Context // done when the connection is closed
	shutdown func(endReason, error)
	log      *zap.Logger // set by Serve, before the first Read
}

var _ jsonrpc2.Stream = (*stream)(nil)

func newStream(in io.Reader, out *writeQueue, closed context.Context, shutdown func(endReason, error)) *stream {
	return &stream{in: newFrameReader(in), out: out, closed: closed, shutdown: shutdown, log: zap.NewNop()}
}

// Read returns the next valid message; others are answered here. The end of input
// closes the connection before the library sees it.
func (s *stream) Read(context.Context) (jsonrpc2.Message, int64, error) {
	for {
		body, err := readFrame(s.in)
		if err != nil {
			s.inputEnded(err)
			return nil, 0, io.EOF
		}
		if s.closed.Err() != nil {
			return nil, 0, io.EOF
		}
		msg, id, wireErr := parseMessage(body)
		if wireErr == nil {
			return msg, int64(len(body)), nil
		}
		s.reject(id, wireErr)
	}
}

// inputEnded closes the connection after the reader's error.
func (s *stream) inputEnded(err error) {
	if bad, ok := errors.AsType[*frameError](err); ok {
		s.reject(jsonrpc2.ID{}, invalid(bad.code, bad.reason))
		s.shutdown(endBroken, err)
		return
	}
	s.shutdown(endOfInput, nil)
}

// reject answers an invalid message. It runs on the reading goroutine, which a
// client that does not read must not block.
func (s *stream) reject(id jsonrpc2.ID, err *jsonrpc2.Error) {
	s.log.Warn("invalid message from the client", zap.String("error", err.Message))
	s.out.tryPush(frameOf(jsonrpc2.NewResponse(id, nil, err)))
}

// Write queues a message for the client and waits for space until ctx is done.
func (s *stream) Write(ctx context.Context, msg jsonrpc2.Message) (int64, error) {
	frame := frameOf(msg)
	if err := s.out.push(ctx, frame); err != nil {
		return 0, err
	}
	return int64(len(frame)), nil
}

// Close does nothing: the library calls it when input ends, while messages to the
// client are still to come. Serve closes the byte stream.
func (s *stream) Close() error { return nil }

// frameOf returns a message with its header.
func frameOf(msg jsonrpc2.Message) []byte {
	body := plain.JSON(jsonrpc2.AppendMessage(nil, msg))
	frame := make([]byte, 0, len(body)+32)
	frame = append(frame, "Content-Length: "...)
	frame = strconv.AppendInt(frame, int64(len(body)), 10)
	frame = append(frame, "\r\n\r\n"...)
	return append(frame, body...)
}

// parseMessage decodes one message. For an invalid one it returns the error to
// answer with and the id, which is null unless it could be read.
func parseMessage(body []byte) (jsonrpc2.Message, jsonrpc2.ID, *jsonrpc2.Error) {
	if !utf8.Valid(body) || !json.Valid(body) {
		return nil, jsonrpc2.ID{}, invalid(protocol.ErrParse, "the message is not JSON in UTF-8")
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return nil, jsonrpc2.ID{}, invalid(protocol.ErrInvalidRequest, "batches are not supported")
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
	id := parseID(shape.ID)
	if shape.Method == nil && (shape.Result != nil || shape.Error != nil) {
		// A malformed response still ends the call that waits for it.
		return jsonrpc2.NewResponse(id, nil, bad), id, nil
	}
	return nil, id, bad
}

// parseID decodes a request's id; the zero ID if it is none.
func parseID(raw []byte) jsonrpc2.ID {
	var number int64
	var text string
	switch {
	case string(raw) == "null":
	case json.Unmarshal(raw, &number) == nil:
		return jsonrpc2.NewNumberID(number)
	case json.Unmarshal(raw, &text) == nil:
		return jsonrpc2.NewStringID(text)
	}
	return jsonrpc2.ID{}
}

// invalid returns the answer to an invalid message.
func invalid(code protocol.ErrorCode, message string) *jsonrpc2.Error {
	return newRPCError(code, protocol.Problem{Code: string(fault.BadRequest), Message: message}, fault.Editor)
}
