package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// model is everything that the generated files need to know of the protocol.
type model struct {
	Structs    []structType
	Enums      []enumType
	Interfaces []interfaceType
	// ErrorCodes are the numbers of protocol.ErrorCode.
	ErrorCodes []constant
	// Version is protocol.Version.
	Version string
	// FaultCodes are the codes of package fault.
	FaultCodes []constant
}

// structType is one object on the wire.
type structType struct {
	Name, Doc string
	Fields    []field
}

// field is one member of an object.
type field struct {
	Name, Doc string
	Type      ast.Expr
	Optional  bool
}

// enumType is a string type with a fixed set of values.
type enumType struct {
	Name, Doc string
	Values    []constant
}

// constant is one named value. Value is as written in Go: a quoted string or a number.
type constant struct {
	Name, Type, Value, Doc string
}

// interfaceType is one of the four sets of methods.
type interfaceType struct {
	Name, Doc string
	Methods   []method
}

// method is one method of the wire. Params and Result are type names, empty where there is none.
type method struct {
	GoName, Name, Doc, Params, Result string
}

// load reads the protocol's and the fault package's sources below root.
func load(root string) (*model, error) {
	m := &model{}
	wire, err := specsOf(filepath.Join(root, "protocol"))
	if err != nil {
		return nil, err
	}
	faults, err := specsOf(filepath.Join(root, "fault"))
	if err != nil {
		return nil, err
	}
	for _, s := range wire {
		if t, ok := s.spec.(*ast.TypeSpec); ok {
			if err := m.addType(t, s.doc); err != nil {
				return nil, err
			}
		}
		if v, ok := s.spec.(*ast.ValueSpec); ok && v.Names[0].Name == "Version" {
			m.Version = literal(v.Values[0])
		}
	}
	m.assign(constantsOf(wire))
	for _, c := range constantsOf(faults) {
		if c.Type == "Code" {
			m.FaultCodes = append(m.FaultCodes, c)
		}
	}
	return m, nil
}

// declared is one type or constant of a source file with its comment.
type declared struct {
	spec ast.Spec
	doc  string
}

// specsOf returns the declarations of the hand-written files of the package in
// dir, in the order of the files' names.
func specsOf(dir string) ([]declared, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var out []declared
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_gen.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok {
				out = append(out, specs(gen)...)
			}
		}
	}
	return out, nil
}

// specs returns the parts of a declaration. The comment of a single type is on the
// declaration.
func specs(gen *ast.GenDecl) []declared {
	var out []declared
	for _, spec := range gen.Specs {
		doc := gen.Doc
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			doc = spec.Doc
		case *ast.TypeSpec:
			if spec.Doc != nil {
				doc = spec.Doc
			}
		}
		out = append(out, declared{spec, text(doc)})
	}
	return out
}

// addType adds one type by its kind.
func (m *model) addType(spec *ast.TypeSpec, doc string) error {
	name := spec.Name.Name
	switch t := spec.Type.(type) {
	case *ast.StructType:
		fields, err := fieldsOf(t)
		if err != nil {
			return fmt.Errorf("type %s: %w", name, err)
		}
		m.Structs = append(m.Structs, structType{name, doc, fields})
	case *ast.InterfaceType:
		methods, err := methodsOf(t)
		if err != nil {
			return fmt.Errorf("interface %s: %w", name, err)
		}
		m.Interfaces = append(m.Interfaces, interfaceType{name, doc, methods})
	case *ast.Ident:
		if t.Name == "string" {
			m.Enums = append(m.Enums, enumType{Name: name, Doc: doc})
		}
	}
	return nil
}

// assign adds each typed constant to its type.
func (m *model) assign(constants []constant) {
	for _, c := range constants {
		if c.Type == "ErrorCode" {
			m.ErrorCodes = append(m.ErrorCodes, c)
			continue
		}
		for i := range m.Enums {
			if m.Enums[i].Name == c.Type {
				m.Enums[i].Values = append(m.Enums[i].Values, c)
			}
		}
	}
}

// constantsOf returns the exported constants that have a named type.
func constantsOf(specs []declared) []constant {
	var out []constant
	for _, s := range specs {
		value, ok := s.spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		typ, ok := value.Type.(*ast.Ident)
		if !ok || len(value.Names) != 1 || len(value.Values) != 1 || !value.Names[0].IsExported() {
			continue
		}
		name := value.Names[0].Name
		doc := sentence(strings.TrimPrefix(s.doc, name+": "))
		out = append(out, constant{name, typ.Name, literal(value.Values[0]), doc})
	}
	return out
}

// literal returns a constant's value as written, with its sign.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Value
	case *ast.UnaryExpr:
		return e.Op.String() + literal(e.X)
	}
	return ""
}

// fieldsOf returns the members of an object. Every field needs a json tag and a comment.
func fieldsOf(t *ast.StructType) ([]field, error) {
	var out []field
	for _, f := range t.Fields.List {
		if len(f.Names) != 1 || f.Tag == nil || f.Doc == nil {
			return nil, fmt.Errorf("field %v needs one name, a json tag and a comment", f.Names)
		}
		raw, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			return nil, err
		}
		name, options, _ := strings.Cut(reflect.StructTag(raw).Get("json"), ",")
		if options != "" && options != "omitzero" {
			return nil, fmt.Errorf("field %s: option %q; the wire knows omitzero alone", f.Names[0], options)
		}
		out = append(out, field{
			Name: name, Doc: renamed(text(f.Doc), f.Names[0].Name, name), Type: f.Type, Optional: options != "",
		})
	}
	return out, nil
}

// methodsOf returns the methods of an interface. Each comment ends with "rpc:NAME".
func methodsOf(t *ast.InterfaceType) ([]method, error) {
	var out []method
	for _, f := range t.Methods.List {
		fn, ok := f.Type.(*ast.FuncType)
		if !ok || len(f.Names) != 1 {
			return nil, fmt.Errorf("only methods are allowed")
		}
		doc, wire, found := strings.Cut(text(f.Doc), "\n\nrpc:")
		if !found || strings.ContainsAny(wire, " \n") {
			return nil, fmt.Errorf("method %s: the comment must end with a line rpc:NAME", f.Names[0])
		}
		m := method{GoName: f.Names[0].Name, Name: wire, Doc: renamed(doc, f.Names[0].Name, wire)}
		if len(fn.Params.List) == 2 {
			m.Params = pointee(fn.Params.List[1].Type)
		}
		if len(fn.Results.List) == 2 {
			m.Result = pointee(fn.Results.List[0].Type)
		}
		out = append(out, m)
	}
	return out, nil
}

// pointee returns the name of T for *T.
func pointee(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// docLink is a link to another name in a Go comment: [Name].
var docLink = regexp.MustCompile(`\[([A-Z]\w*)\]`)

// text returns a comment without its slashes and links, paragraphs kept.
func text(doc *ast.CommentGroup) string {
	return docLink.ReplaceAllString(strings.TrimSpace(doc.Text()), "$1")
}

// renamed returns a comment with the name on the wire in place of the Go name at its start.
func renamed(doc, goName, wire string) string {
	rest, ok := strings.CutPrefix(doc, goName)
	if !ok || rest == "" || (rest[0] != ' ' && rest[0] != ',') {
		return doc
	}
	return "`" + wire + "`" + rest
}

// sentence returns a comment with a capital at its start.
func sentence(doc string) string {
	first, size := utf8.DecodeRuneInString(doc)
	return string(unicode.ToUpper(first)) + doc[size:]
}
