package server

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// envelopeBytes is room for what stands around params or a result in a frame.
const envelopeBytes = 1 << 10

// errTooLarge is the answer to a value that no frame can hold.
var errTooLarge = fmt.Errorf("the message would be larger than %d bytes", protocol.MaxFrameBytes)

// encode gives a value as JSON. Bytes that are no UTF-8, as hosts may send, are
// replaced: a log line must not turn an answer into an error.
func encode(v any) (jsonrpc2.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	if len(raw) > protocol.MaxFrameBytes-envelopeBytes {
		return nil, errTooLarge
	}
	return raw, nil
}

// decodeParams fills a request's parameters; none leave them empty. The error is
// a fault that names the member that is wrong.
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
		Answer: describe(err),
		Err:    err,
	}
}

// describe says in words what is wrong with a value.
func describe(err error) string {
	if e, ok := errors.AsType[*json.SemanticError](err); ok && e.GoType != nil {
		return fmt.Sprintf("%s: %s where %s belongs", member(e.JSONPointer), kindName(e.JSONKind), typeName(e.GoType))
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Sprintf("%s: %v", member(e.JSONPointer), e.Err)
	}
	return err.Error()
}

// member writes a pointer as one writes it in a program: request.cpus.
func member(p jsontext.Pointer) string {
	if p == "" {
		return "params"
	}
	var names []string
	for name := range p.Tokens() {
		names = append(names, name)
	}
	return fmt.Sprintf("%.200s", strings.Join(names, "."))
}

// kindName names what was found.
func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	case '"':
		return "a string"
	case '0':
		return "another number"
	case '{', '}':
		return "an object"
	case '[', ']':
		return "an array"
	}
	return "something else"
}

// typeName names what was expected.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "an integer"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "an array"
	}
	return "an object"
}
