package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The kinds of golden messages, as in their files' names.
const (
	kindRequest      = "request"
	kindResult       = "result"
	kindError        = "error"
	kindNotification = "notification"
)

// golden is one example message. Its file is METHOD[.VARIANT].KIND.json, with
// the method's "/" as "-" and without "$/".
type golden struct {
	Name    string
	Kind    string
	Method  method
	Message []byte
}

// loadGoldens reads the example messages in the order of their names.
func loadGoldens(root string, m *model) ([]golden, error) {
	paths, err := filepath.Glob(filepath.Join(root, "protocol", "testdata", "golden", "*.json"))
	if err != nil {
		return nil, err
	}
	methods := map[string]method{}
	for _, i := range m.Interfaces {
		for _, method := range i.Methods {
			methods[slug(method.Name)] = method
		}
	}
	var out []golden
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		parts := strings.Split(name, ".")
		method, ok := methods[parts[0]]
		if !ok {
			return nil, fmt.Errorf("%s: no such method", path)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if !json.Valid(content) {
			return nil, fmt.Errorf("%s is not JSON", path)
		}
		out = append(out, golden{name, parts[len(parts)-1], method, bytes.TrimSpace(content)})
	}
	return out, nil
}

// slug returns a method's name as in file names.
func slug(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "$/"), "/", "-")
}

// typescriptGoldens returns a file in which each golden message must have its type.
// "satisfies" on a literal checks values of unions and refuses unknown members,
// which an imported JSON file would not.
func typescriptGoldens(goldens []golden) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n", generatedBy)
	b.WriteString("// The compiler checks the golden messages of protocol/testdata/golden against the types.\n\n")
	b.WriteString("import type * as protocol from \"./protocol.js\";\n\n")
	b.WriteString("interface Message {\n  jsonrpc: \"2.0\";\n}\n")
	b.WriteString("interface ErrorResponse extends Message {\n  id: number | string | null;\n")
	b.WriteString("  error: { code: protocol.ErrorCode; message: string; data?: protocol.Problem };\n}\n\n")
	b.WriteString("export const goldens = [\n")
	for _, g := range goldens {
		fmt.Fprintf(&b, "// %s\n%s satisfies %s,\n", g.Name, g.Message, g.tsType())
	}
	b.WriteString("];\n\n// The check itself is checked: a value and a member that no type has must be refused.\n")
	b.WriteString("// @ts-expect-error no such state\n")
	b.WriteString("export const unknownValue = \"sleeping\" satisfies protocol.SessionState;\n")
	b.WriteString("// @ts-expect-error no such member\n")
	b.WriteString("export const unknownMember = { link: \"\", extra: 1 } satisfies protocol.KernelLinkResult;\n")
	return []byte(b.String())
}

// tsType returns the type of a golden message.
func (g golden) tsType() string {
	params := ""
	if g.Method.Params != "" {
		params = "; params: protocol." + g.Method.Params
	}
	switch g.Kind {
	case kindRequest:
		return fmt.Sprintf("Message & { id: number | string; method: %q%s }", g.Method.Name, params)
	case kindNotification:
		return fmt.Sprintf("Message & { method: %q%s }", g.Method.Name, params)
	case kindResult:
		return fmt.Sprintf("Message & { id: number | string; result: protocol.%s }", g.Method.Result)
	case kindError:
		return "ErrorResponse"
	}
	return "never"
}
