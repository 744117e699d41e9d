package main

import (
	"fmt"
	"go/format"
	"strings"
)

// generatedBy is the first line of every generated file, as Go's tools know it.
const generatedBy = "Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT."

// goFile returns the method names, the table, the dispatcher and the stubs.
func goFile(m *model) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n\npackage protocol\n\nimport (\n\"context\"\n\"errors\"\n)\n\n", generatedBy)
	goConstants(&b, m)
	goTable(&b, m)
	goDispatch(&b, m.iface("Server"))
	goStub(&b, "ServerStub", "calls a server's requests", m.iface("Server"))
	goStub(&b, "ClientStub", "calls a client's requests and notifies it", m.iface("Client"), m.iface("ClientNotifications"))
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
			fmt.Fprintf(b, "// Method%s names [%s.%s].\n", method.GoName, i.Name, method.GoName)
			fmt.Fprintf(b, "Method%s = %q\n", method.GoName, method.Name)
		}
	}
	b.WriteString(")\n\n")
}

// goTable returns the table of methods, with functions that allocate their types.
func goTable(b *strings.Builder, m *model) {
	b.WriteString(`// MethodInfo is what is known of one method.
type MethodInfo struct {
	// Name is the name on the wire.
	Name string
	// Interface is the Go interface that has it: Server, ServerNotifications,
	// Client or ClientNotifications.
	Interface string
	// NewParams returns a pointer to empty parameters; nil: it has none.
	NewParams func() any
	// NewResult returns a pointer to an empty result; nil: it is a notification.
	NewResult func() any
}

// Methods are all methods of the wire, by name.
var Methods = map[string]MethodInfo{
`)
	for _, i := range m.Interfaces {
		for _, method := range i.Methods {
			fmt.Fprintf(b, "Method%s: {Name: Method%s, Interface: %q", method.GoName, method.GoName, i.Name)
			if method.Params != "" {
				fmt.Fprintf(b, ", NewParams: func() any { return new(%s) }", method.Params)
			}
			if method.Result != "" {
				fmt.Fprintf(b, ", NewResult: func() any { return new(%s) }", method.Result)
			}
			b.WriteString("},\n")
		}
	}
	b.WriteString("}\n\n")
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
		fmt.Fprintf(b, "case Method%s:\n", m.GoName)
		if m.Params == "" {
			fmt.Fprintf(b, "return s.%s(ctx)\n", m.GoName)
			continue
		}
		fmt.Fprintf(b, "params := new(%s)\nif err := decode(params); err != nil {\nreturn nil, err\n}\n", m.Params)
		fmt.Fprintf(b, "return s.%s(ctx, params)\n", m.GoName)
	}
	b.WriteString("}\nreturn nil, ErrUnknownMethod\n}\n\n")
}

// goStub returns a type that sends each method of the interfaces.
func goStub(b *strings.Builder, name, does string, interfaces ...interfaceType) {
	fmt.Fprintf(b, "// %s %s over any JSON-RPC connection.\ntype %s struct {\n", name, does, name)
	b.WriteString("// Call sends a request and fills result with the answer.\n")
	b.WriteString("Call func(ctx context.Context, method string, params, result any) error\n")
	if len(interfaces) > 1 {
		b.WriteString("// Notify sends a notification.\nNotify func(ctx context.Context, method string, params any) error\n")
	}
	b.WriteString("}\n\nvar (\n")
	for _, i := range interfaces {
		fmt.Fprintf(b, "_ %s = %s{}\n", i.Name, name)
	}
	b.WriteString(")\n\n")
	for _, i := range interfaces {
		for _, m := range i.Methods {
			goStubMethod(b, name, i.Name, m)
		}
	}
}

// goStubMethod returns one method of a stub.
func goStubMethod(b *strings.Builder, stub, iface string, m method) {
	declared, params := "", "nil"
	if m.Params != "" {
		declared, params = ", params *"+m.Params, "params"
	}
	fmt.Fprintf(b, "// %s sends %s; see [%s].\n", m.GoName, m.Name, iface)
	if m.Result == "" {
		fmt.Fprintf(b, "func (s %s) %s(ctx context.Context%s) error {\n", stub, m.GoName, declared)
		fmt.Fprintf(b, "return s.Notify(ctx, Method%s, %s)\n}\n\n", m.GoName, params)
		return
	}
	fmt.Fprintf(b, "func (s %s) %s(ctx context.Context%s) (*%s, error) {\n", stub, m.GoName, declared, m.Result)
	fmt.Fprintf(b, "result := new(%s)\nif err := s.Call(ctx, Method%s, %s, result); err != nil {\nreturn nil, err\n}\n", m.Result, m.GoName, params)
	b.WriteString("return result, nil\n}\n\n")
}
