package main

import (
	"fmt"
	"go/ast"
	"strings"
)

// typescriptFile returns the TypeScript types.
func typescriptFile(m *model) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n", generatedBy)
	fmt.Fprintf(&b, "\n/** protocolVersion is the version of the protocol that these types describe. */\nexport const protocolVersion = %s;\n", m.Version)
	for _, e := range m.Enums {
		tsEnum(&b, e)
	}
	for _, s := range m.Structs {
		tsStruct(&b, s)
	}
	for _, i := range m.Interfaces {
		tsMethods(&b, i)
	}
	tsErrorCodes(&b, m)
	return []byte(b.String())
}

// tsEnum returns a union of string literals.
func tsEnum(b *strings.Builder, e enumType) {
	b.WriteString("\n")
	tsDoc(b, "", e.Doc)
	fmt.Fprintf(b, "export type %s =", e.Name)
	for _, v := range e.Values {
		b.WriteString("\n")
		tsDoc(b, "  ", v.Doc)
		fmt.Fprintf(b, "  | %s", v.Value)
	}
	b.WriteString(";\n")
}

// tsStruct returns an interface of an object.
func tsStruct(b *strings.Builder, s structType) {
	b.WriteString("\n")
	tsDoc(b, "", s.Doc)
	if len(s.Fields) == 0 {
		fmt.Fprintf(b, "export type %s = Record<string, never>;\n", s.Name)
		return
	}
	fmt.Fprintf(b, "export interface %s {\n", s.Name)
	for _, f := range s.Fields {
		optional := ""
		if f.Optional {
			optional = "?"
		}
		tsDoc(b, "  ", f.Doc)
		fmt.Fprintf(b, "  %s%s: %s;\n", f.Name, optional, tsType(f.Type))
	}
	b.WriteString("}\n")
}

// tsMethods maps the names of an interface's methods to their types.
func tsMethods(b *strings.Builder, i interfaceType) {
	name := i.Name
	if !strings.HasSuffix(name, "Notifications") {
		name += "Requests"
	}
	b.WriteString("\n")
	tsDoc(b, "", i.Doc)
	fmt.Fprintf(b, "export interface %s {\n", name)
	for _, m := range i.Methods {
		params := m.Params
		if params == "" {
			params = "undefined"
		}
		tsDoc(b, "  ", m.Doc)
		fmt.Fprintf(b, "  %q: { params: %s", m.Name, params)
		if m.Result != "" {
			fmt.Fprintf(b, "; result: %s", m.Result)
		}
		b.WriteString(" };\n")
	}
	b.WriteString("}\n")
}

// tsErrorCodes returns the numbers and the stable codes.
func tsErrorCodes(b *strings.Builder, m *model) {
	b.WriteString("\n/** The numbers in a JSON-RPC error object. */\nexport const ErrorCode = {\n")
	for _, c := range m.ErrorCodes {
		tsDoc(b, "  ", c.Doc)
		fmt.Fprintf(b, "  %s: %s,\n", strings.TrimPrefix(c.Name, "Err"), c.Value)
	}
	b.WriteString("} as const;\n")
	b.WriteString("export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];\n")
	b.WriteString("\n/** The codes that a Problem can have today. More may be added. */\nexport const ProblemCode = {\n")
	for _, c := range m.FaultCodes {
		tsDoc(b, "  ", c.Doc)
		fmt.Fprintf(b, "  %s: %s,\n", c.Name, c.Value)
	}
	b.WriteString("} as const;\n")
	b.WriteString("export type ProblemCode = (typeof ProblemCode)[keyof typeof ProblemCode];\n")
}

// tsType returns a Go type in TypeScript.
func tsType(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return tsType(e.X)
	case *ast.ArrayType:
		return tsType(e.Elt) + "[]"
	case *ast.MapType:
		return fmt.Sprintf("Record<%s, %s>", tsType(e.Key), tsType(e.Value))
	case *ast.SelectorExpr: // time.Time, the only type from elsewhere
		return "string"
	case *ast.Ident:
		switch e.Name {
		case "int":
			return "number"
		case "bool":
			return "boolean"
		case "any": // a request's id, the only one
			return "number | string"
		default:
			return e.Name
		}
	}
	return "never"
}

// tsDoc writes a doc comment.
func tsDoc(b *strings.Builder, indent, doc string) {
	if doc == "" {
		return
	}
	lines := strings.Split(doc, "\n")
	if len(lines) == 1 {
		fmt.Fprintf(b, "%s/** %s */\n", indent, doc)
		return
	}
	fmt.Fprintf(b, "%s/**\n", indent)
	for _, line := range lines {
		b.WriteString(strings.TrimRight(indent+" * "+line, " ") + "\n")
	}
	fmt.Fprintf(b, "%s */\n", indent)
}
