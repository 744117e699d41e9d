// Package tomlfile reads TOML files that people write: it finds all mistakes in a file, each with
// its line and its key, instead of stopping at the first.
package tomlfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Mistake is an invalid entry of a file.
type Mistake struct {
	// Line is its line, from 1; 0: not known, as for the first part of [wrong.lab].
	Line int `json:"line"`
	// Key is its key, "cluster.lab.cpus"; "" for a mistake in the syntax.
	Key string `json:"key,omitempty"`
	// Message says what is wrong.
	Message string `json:"message"`
}

func (m Mistake) String() string {
	switch {
	case m.Key == "":
		return fmt.Sprintf("line %d: %s", m.Line, m.Message)
	case m.Line == 0:
		return m.Key + ": " + m.Message
	}
	return fmt.Sprintf("line %d, %s: %s", m.Line, m.Key, m.Message)
}

// Join returns the texts of mistakes in one line.
func Join(mistakes []Mistake) string {
	texts := make([]string, 0, len(mistakes))
	for _, m := range mistakes {
		texts = append(texts, m.String())
	}
	return strings.Join(texts, "; ")
}

// Reader reads a file. It continues after a mistake, so that one wrong value does not
// discard all the others.
type Reader struct {
	meta     toml.MetaData
	mistakes []Mistake
}

// Document reads the top of a file; nil if its syntax is wrong.
func (r *Reader) Document(content string) map[string]toml.Primitive {
	var top map[string]toml.Primitive
	meta, err := toml.Decode(content, &top)
	if err != nil {
		r.add(err)
		return nil
	}
	r.meta = meta
	return top
}

// Value passes a value to set as TOML returns it (string, int64, bool, []any,
// map[string]any, ...). An error of set is a mistake at the value's line.
func (r *Reader) Value(p toml.Primitive, set func(any) error) {
	if err := r.meta.PrimitiveDecode(p, setter(set)); err != nil {
		r.add(err)
	}
}

// Table reads a table; nil if it is none, which is a mistake. want is what it must be.
func (r *Reader) Table(p toml.Primitive, want string) map[string]toml.Primitive {
	return read[map[string]any, map[string]toml.Primitive](r, p, want)
}

// Tables reads a list of tables; nil if it is none, which is a mistake. want is what it must be.
func (r *Reader) Tables(p toml.Primitive, want string) []toml.Primitive {
	return read[[]map[string]any, []toml.Primitive](r, p, want)
}

// read reads a value of the type As as a T.
func read[As, T any](r *Reader, p toml.Primitive, want string) (value T) {
	is := false
	r.Value(p, func(value any) error {
		if _, is = value.(As); !is {
			return WrongType(want, value)
		}
		return nil
	})
	if is {
		if err := r.meta.PrimitiveDecode(p, &value); err != nil {
			r.add(err)
		}
	}
	return value
}

// Fresh returns a reader of the same file that has found no mistakes.
func (r *Reader) Fresh() Reader { return Reader{meta: r.meta} }

// setter receives a value from toml unchanged; toml adds the position to its error.
type setter func(any) error

// UnmarshalTOML implements toml.Unmarshaler.
func (s setter) UnmarshalTOML(value any) error { return s(value) }

func (r *Reader) add(err error) {
	m := Mistake{Line: 1, Message: err.Error()}
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		m = Mistake{Line: parse.Position.Line, Key: parse.LastKey, Message: parse.Message}
	}
	r.mistakes = append(r.mistakes, m)
}

// Mistakes returns all mistakes in the order of the file.
func (r *Reader) Mistakes() []Mistake {
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	return r.mistakes
}

// WrongType returns the error for a value that is not what it must be.
func WrongType(want string, value any) error {
	return fmt.Errorf("it must be %s, not %s", want, typeName(value))
}

func typeName(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a decimal number"
	case bool:
		return "true or false"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or a time"
}
