package main

import (
	"fmt"
	"go/format"
	"strings"
)

// generatedBy is the first line of every generated file, as Go's tools know it.
const generatedBy = "Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT."

// goFile returns the method names, the dispatcher and the client's stub.
func goFile(m *model) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n\npackage protocol\n\nimport (\n\"context\"\n\"errors\"\n)\n\n", generatedBy)
	goConstants(&b, m)
	goDispatch(&b, m.iface("Server"))
	goClientStub(&b, m.iface("Client"), m.iface("ClientNotifications"))
	return format.Source([]byte(b.String()))
}

// iface returns an interface by name.
func (m *model) iface(name string) interfaceType {
	for _, i := range m.Interfaces {
		if i.Name == name {
			return i
		}
	}
	return interfaceType{Name: name}
}

// goConstants names the methods.
func goConstants(b *strings.Builder, m *model) {
	b.WriteString("// The names of the methods on the wire.\nconst (\n")
	for _, i := range m.Interfaces {
		for _, method := range i.Methods {
			fmt.Fprintf(b, "Method%[1]s = %[2]q // see [%[3]s.%[1]s]\n", method.GoName, method.Name, i.Name)
		}
	}
	b.WriteString(")\n\n")
}

// goDispatch returns the function that calls an interface's method by its name.
func goDispatch(b *strings.Builder, i interfaceType) {
	fmt.Fprintf(b, `// ErrUnknownMethod is Dispatch's answer to a name that is no request of [%[1]s].
var ErrUnknownMethod = errors.New("unknown method")

// Dispatch calls the method of s that answers the request of this name. decode
// fills the parameters; its error is returned unchanged.
func Dispatch(ctx context.Context, s %[1]s, name string, decode func(params any) error) (any, error) {
	switch name {
`, i.Name)
	for _, m := range i.Methods {
		call := fmt.Sprintf("answer(ctx, s.%s, decode)", m.GoName)
		if m.Params == "" {
			call = fmt.Sprintf("s.%s(ctx)", m.GoName)
		}
		fmt.Fprintf(b, "case Method%s:\nreturn %s\n", m.GoName, call)
	}
	b.WriteString(`}
	return nil, ErrUnknownMethod
}

// answer calls a method with the parameters that decode fills.
func answer[P, R any](ctx context.Context, method func(context.Context, *P) (*R, error), decode func(any) error) (any, error) {
	params := new(P)
	if err := decode(params); err != nil {
		return nil, err
	}
	return method(ctx, params)
}

`)
}

// goClientStub returns a type that sends each method of the interfaces.
func goClientStub(b *strings.Builder, interfaces ...interfaceType) {
	b.WriteString(`// ClientStub calls a client's requests and notifies it over any JSON-RPC connection.
type ClientStub struct {
	// Call sends a request and fills result with the answer.
	Call func(ctx context.Context, method string, params, result any) error
	// Notify sends a notification.
	Notify func(ctx context.Context, method string, params any) error
}

`)
	for _, i := range interfaces {
		for _, m := range i.Methods {
			fmt.Fprintf(b, "// %s sends %s; see [%s].\n", m.GoName, m.Name, i.Name)
			fmt.Fprintf(b, "func (s ClientStub) %s(ctx context.Context, params *%s) ", m.GoName, m.Params)
			if m.Result == "" {
				fmt.Fprintf(b, "error {\nreturn s.Notify(ctx, Method%s, params)\n}\n\n", m.GoName)
				continue
			}
			fmt.Fprintf(b, "(*%[1]s, error) {\nresult := new(%[1]s)\nreturn result, s.Call(ctx, Method%[2]s, params, result)\n}\n\n", m.Result, m.GoName)
		}
	}
}

// goTestFile returns what the tests of a package need: a table of the methods, and if it has one, a stub of a server.
func goTestFile(m *model, pkg string, stub bool) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n\npackage %s\n\n", generatedBy, pkg)
	if stub {
		b.WriteString("import (\n\"context\"\n\n\"github.com/sa2c/sunpyter/protocol\"\n)\n\n")
		goServerStub(&b, m.iface("Server"))
	} else {
		b.WriteString("import \"github.com/sa2c/sunpyter/protocol\"\n\n")
	}
	goTable(&b, m)
	return format.Source([]byte(b.String()))
}

// goTable returns the table of methods, with functions that allocate their types.
func goTable(b *strings.Builder, m *model) {
	b.WriteString(`// methodInfo is what is known of one method.
type methodInfo struct {
	owner     string     // the interface that has it
	newParams func() any // nil: it has none
	newResult func() any // nil: it is a notification
}

// methods are all methods of the wire, by name.
var methods = map[string]methodInfo{
`)
	for _, i := range m.Interfaces {
		for _, method := range i.Methods {
			fmt.Fprintf(b, "protocol.Method%s: {owner: %q", method.GoName, i.Name)
			if method.Params != "" {
				fmt.Fprintf(b, ", newParams: func() any { return new(protocol.%s) }", method.Params)
			}
			if method.Result != "" {
				fmt.Fprintf(b, ", newResult: func() any { return new(protocol.%s) }", method.Result)
			}
			b.WriteString("},\n")
		}
	}
	b.WriteString("}\n")
}

// goServerStub returns a server whose methods are one function.
func goServerStub(b *strings.Builder, server interfaceType) {
	b.WriteString(`// serverStub answers each request by a function, which fills result.
type serverStub func(ctx context.Context, method string, params, result any) error

`)
	for _, m := range server.Methods {
		declared, params := "", "nil"
		if m.Params != "" {
			declared, params = ", params *protocol."+m.Params, "params"
		}
		fmt.Fprintf(b, "func (s serverStub) %s(ctx context.Context%s) (*protocol.%s, error) {\n", m.GoName, declared, m.Result)
		fmt.Fprintf(b, "result := new(protocol.%s)\nreturn result, s(ctx, protocol.Method%s, %s, result)\n}\n\n", m.Result, m.GoName, params)
	}
}
