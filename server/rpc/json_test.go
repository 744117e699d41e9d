package rpc

import (
	"encoding/json"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// TestUnknownMembersTolerated adds a member to every object of the golden
// requests: a newer client must be understood as an older one.
func TestUnknownMembersTolerated(t *testing.T) {
	read := 0
	for name, request := range goldens(t, "request") {
		if request.Params == nil {
			continue
		}
		read++
		info := methods[request.Method]
		plain, extended := info.newParams(), info.newParams()
		var tree any
		if err := json.Unmarshal(request.Params, &tree); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(extend(tree))
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeParams(request.Method, request.Params, plain); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := decodeParams(request.Method, raw, extended); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(plain, extended) {
			t.Errorf("%s: %+v became %+v", name, plain, extended)
		}
	}
	if read < 10 {
		t.Errorf("only %d requests were read", read)
	}
}

// extend adds an unknown member to each object of a JSON tree.
func extend(tree any) any {
	object, ok := tree.(map[string]any)
	if !ok {
		return tree
	}
	for name, value := range object {
		if name != "variables" { // its members are the user's: none is unknown
			object[name] = extend(value)
		}
	}
	object["unheardOf"] = map[string]any{"of": []any{1, "two", nil}}
	return object
}

func TestWrongTypesAreNamed(t *testing.T) {
	tests := map[string]string{
		`{"request":{"cpus":"4"}}`:                              "request.cpus: a string where an integer belongs",
		`{"request":{"cpus":1.5}}`:                              "request.cpus: another number where an integer belongs",
		`{"request":{"cpus":1e99}}`:                             "request.cpus: another number where an integer belongs",
		`{"request":[]}`:                                        "request: an array where an object belongs",
		`{"cluster":true}`:                                      "cluster: true or false where a string belongs",
		`{"request":{"environment":7}}`:                         "request.environment: another number where an object belongs",
		`{"request":{"environment":{"modules":["a",{}]}}}`:      "request.environment.modules.1: an object where a string belongs",
		`{"request":{"environment":{"variables":{"A":false}}}}`: "request.environment.variables.A: true or false where a string belongs",
		`{"request":{"sbatchOptions":"--x"}}`:                   "request.sbatchOptions: a string where an array belongs",
		`[1]`:                                                   "params: an array where an object belongs",
	}
	for raw, want := range tests {
		err := decodeParams("kernel/start", []byte(raw), new(protocol.KernelStartParams))
		if err == nil || ProblemOf(err).Answer != want {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
}

// TestLengthAloneAllocatesNothing announces a large body that never comes.
func TestLengthAloneAllocatesNothing(t *testing.T) {
	var before, after runtime.MemStats
	in := newFrameReader(strings.NewReader("Content-Length: 4194304\r\n\r\n{"))
	runtime.ReadMemStats(&before)
	if _, err := readFrame(in); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v", err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<10 {
		t.Errorf("%d bytes were allocated", grown)
	}
}
