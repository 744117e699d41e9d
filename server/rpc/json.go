package rpc

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// envelopeBytes is reserved for what surrounds params or a result in a frame.
const envelopeBytes = 1 << 10

// errTooLarge is returned for a value that is too large for a frame.
var errTooLarge = fmt.Errorf("the message would be larger than %d bytes", protocol.MaxFrameBytes)

// clientStyle is the style of the texts that one client shows, which initialize sets.
type clientStyle struct{ terminal atomic.Bool }

func (s *clientStyle) get() fault.Style {
	if s.terminal.Load() {
		return fault.Terminal
	}
	return fault.Editor
}

// encode returns a value as JSON, with the references in its texts rendered in the
// client's style. Invalid UTF-8, which hosts may send, is replaced: a log line must not
// turn an answer into an error.
func encode(v any, style fault.Style) (jsonrpc2.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	render := json.MarshalToFunc(func(enc *jsontext.Encoder, s string) error {
		return enc.WriteToken(jsontext.String(style.Render(s)))
	})
	raw, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true), json.WithMarshalers(render))
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	if len(raw) > protocol.MaxFrameBytes-envelopeBytes {
		return nil, errTooLarge
	}
	return raw, nil
}

// decodeParams decodes a request's parameters, if it has any. The error is a fault
// that names the wrong member.
func decodeParams(method string, raw []byte, params any) error {
	if len(raw) == 0 {
		return nil
	}
	err := json.Unmarshal(raw, params)
	if err == nil {
		return nil
	}
	return &fault.Error{
		Code:   fault.BadRequest,
		Tried:  "reading the params of " + method,
		Answer: describeDecodeError(err),
		Err:    err,
	}
}

// describeDecodeError returns what is wrong with a value, for the user.
func describeDecodeError(err error) string {
	if e, ok := errors.AsType[*json.SemanticError](err); ok && e.GoType != nil {
		return fmt.Sprintf("%s: %s where %s belongs", memberPath(e.JSONPointer), cmp.Or(kindNames[e.JSONKind], "something else"), typeName(e.GoType))
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Sprintf("%s: %v", memberPath(e.JSONPointer), e.Err)
	}
	return err.Error()
}

// memberPath returns a pointer in the form request.cpus.
func memberPath(p jsontext.Pointer) string {
	if p == "" {
		return "params"
	}
	return fmt.Sprintf("%.200s", strings.Join(slices.Collect(p.Tokens()), "."))
}

// kindNames are what JSON values are called.
var kindNames = map[jsontext.Kind]string{
	'n': "null", 't': "true or false", 'f': "true or false", '"': "a string", '0': "another number",
	'{': "an object", '}': "an object", '[': "an array", ']': "an array",
}

// typeNames are what the JSON values for Go types are called; that for any other is an object.
var typeNames = map[reflect.Kind]string{
	reflect.Bool: "true or false", reflect.Int: "an integer", reflect.String: "a string", reflect.Slice: "an array",
}

// typeName returns what the JSON value for a Go type, or for a pointer to one, is called.
func typeName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return cmp.Or(typeNames[t.Kind()], "an object")
}
