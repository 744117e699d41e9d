package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"go/ast"
	"strings"
	"text/template"

	"github.com/sa2c/sunpyter/internal/markdown"
)

// referenceText is the prose of the reference, with places for the lists.
//
//go:embed protocol.md.tmpl
var referenceText string

// markdownFile returns the reference for developers of clients.
func markdownFile(m *model, goldens []golden) ([]byte, error) {
	t, err := template.New("protocol.md").Funcs(template.FuncMap{
		"methods": func(name string) string { return mdMethods(m.iface(name)) },
		"frame":   func(name string) (string, error) { return frame(goldens, name) },
		"message": func(name string) (string, error) { return message(goldens, name) },
	}).Parse(referenceText)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]string{
		"GeneratedBy": generatedBy,
		"Version":     m.Version,
		"Objects":     mdStructs(m),
		"Values":      mdEnums(m),
		"ErrorCodes":  mdConstants(m.ErrorCodes),
		"FaultCodes":  mdConstants(m.FaultCodes),
	})
	return b.Bytes(), err
}

// mdMethods describes the methods of an interface.
func mdMethods(i interfaceType) string {
	var b strings.Builder
	for _, m := range i.Methods {
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", m.Name, m.Doc)
		fmt.Fprintf(&b, "- params: %s\n", mdLink(m.Params))
		if m.Result != "" {
			fmt.Fprintf(&b, "- result: %s\n", mdLink(m.Result))
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// mdLink links to a type's own section.
func mdLink(name string) string {
	if name == "" {
		return "none"
	}
	return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
}

// mdStructs describes the objects.
func mdStructs(m *model) string {
	linked := map[string]bool{}
	for _, s := range m.Structs {
		linked[s.Name] = true
	}
	for _, e := range m.Enums {
		linked[e.Name] = true
	}
	var b strings.Builder
	for _, s := range m.Structs {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", s.Name, s.Doc)
		if len(s.Fields) == 0 {
			continue
		}
		for _, f := range s.Fields {
			optional := ""
			if f.Optional {
				optional = ", optional"
			}
			doc, ok := strings.CutPrefix(f.Doc, "`"+f.Name+"`")
			if !ok {
				doc = ": " + f.Doc
			}
			b.WriteString(markdown.Item(fmt.Sprintf("`%s` (%s%s)%s", f.Name, mdType(f.Type, linked), optional, doc)))
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// mdType returns a member's type, with links to the types described here.
func mdType(e ast.Expr, linked map[string]bool) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return mdType(e.X, linked)
	case *ast.ArrayType:
		return "array of " + mdType(e.Elt, linked)
	case *ast.MapType:
		return "object of " + mdType(e.Value, linked)
	case *ast.SelectorExpr:
		return "string (RFC 3339)"
	case *ast.Ident:
		if linked[e.Name] {
			return mdLink(e.Name)
		}
		return strings.NewReplacer("int", "integer", "bool", "boolean", "any", "integer or string").Replace(e.Name)
	}
	return ""
}

// mdEnums describes the string types.
func mdEnums(m *model) string {
	var b strings.Builder
	for _, e := range m.Enums {
		fmt.Fprintf(&b, "### %s\n\n%s\n\n%s\n\n", e.Name, e.Doc, mdConstants(e.Values))
	}
	return strings.TrimSpace(b.String())
}

// mdConstants lists values.
func mdConstants(constants []constant) string {
	var b strings.Builder
	for _, c := range constants {
		b.WriteString(markdown.Item(fmt.Sprintf("`%s`: %s", strings.Trim(c.Value, `"`), c.Doc)))
	}
	return strings.TrimSpace(b.String())
}

// message returns a golden message as in its file.
func message(goldens []golden, name string) (string, error) {
	for _, g := range goldens {
		if g.Name == name {
			return string(g.Message), nil
		}
	}
	return "", fmt.Errorf("no golden message %s", name)
}

// frame returns a golden message as sent.
func frame(goldens []golden, name string) (string, error) {
	text, err := message(goldens, name)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		return "", err
	}
	return fmt.Sprintf("Content-Length: %d\n\n%s", b.Len(), b.String()), nil
}
