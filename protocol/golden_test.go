package protocol_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// message is any golden message.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    protocol.ErrorCode `json:"code"`
		Message string             `json:"message"`
		Data    json.RawMessage    `json:"data"`
	} `json:"error"`
}

// TestGoldens decodes every golden message into its Go types, without unknown members, and
// encodes it again: neither may have more members than the other.
func TestGoldens(t *testing.T) {
	paths, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden messages: %v", err)
	}
	bySlug := map[string]string{}
	for name := range methods {
		bySlug[strings.ReplaceAll(strings.TrimPrefix(name, "$/"), "/", "-")] = name
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var m message
			strict(t, content, &m)
			if m.JSONRPC != "2.0" {
				t.Errorf("jsonrpc is %q", m.JSONRPC)
			}
			method, _, _ := strings.Cut(name, ".")
			checkGolden(t, bySlug[method], name[strings.LastIndex(name, ".")+1:], m)
		})
	}
}

// checkGolden checks one message by its kind.
func checkGolden(t *testing.T, name, kind string, m message) {
	t.Helper()
	info := methods[name]
	switch kind {
	case "request", "notification":
		if m.Method != name {
			t.Errorf("method %q in the file of %q", m.Method, name)
		}
		if info.newParams == nil {
			if m.Params != nil {
				t.Errorf("%s has no params", name)
			}
			return
		}
		roundTrip(t, m.Params, info.newParams())
	case "result":
		roundTrip(t, m.Result, info.newResult())
	case "error":
		problem := &protocol.Problem{}
		roundTrip(t, m.Error.Data, problem)
		if problem.Message != m.Error.Message {
			t.Errorf("message %q, but its data says %q", m.Error.Message, problem.Message)
		}
		if problem.Code == string(fault.Internal) {
			t.Error("no client should learn from a mistake of ours")
		}
	default:
		t.Errorf("unknown kind %q", kind)
	}
}

// roundTrip decodes strictly into value, encodes it and compares.
func roundTrip(t *testing.T, raw []byte, value any) {
	t.Helper()
	strict(t, raw, value)
	again, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(loose(t, raw), loose(t, again)) {
		t.Errorf("golden  %s\nencoded %s", raw, again)
	}
}

// strict decodes and refuses unknown members.
func strict(t *testing.T, raw []byte, value any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(value); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
}

// loose decodes into maps and slices.
func loose(t *testing.T, raw []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
