// Package measures collects what the fault tests measure, and writes it into
// docs/reliability.md.
package measures

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/internal/markdown"
)

// Measure is one figure that a test has measured.
type Measure struct {
	// Test is the test's full name, as "TestCut/longer".
	Test string
	// What was measured, as "job gone after"; a later figure of the same replaces it.
	What string
	// Value is the figure with its unit, such as "12.3 s".
	Value string
}

// Append adds a measure to a file, which may have several writers.
func Append(file string, m Measure) (err error) {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(append(line, '\n')) // one write: lines do not mix
	return err
}

// Read returns the measures of a file in their order, each once, with its last value.
func Read(file string) ([]Measure, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []Measure
	for line := range strings.Lines(string(text)) {
		var m Measure
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", file, line, err)
		}
		if i := slices.IndexFunc(all, func(o Measure) bool { return o.Test == m.Test && o.What == m.What }); i >= 0 {
			all[i] = m
		} else {
			all = append(all, m)
		}
	}
	return all, nil
}

// The lines below a list item that name its figures and its tests.
const (
	measured = "  Measured: "
	tests    = "  Test"
)

// Fill writes the measures below the list items that name their tests. What was not
// measured this time stays as it is.
func Fill(document string, all []Measure) string {
	var b, old, names strings.Builder // what is done, and an item's figures and tests
	finish := func() {
		if figures := join(Tests(names.String()), all); figures != "" {
			b.WriteString(markdown.Paragraph(figures+".", measured, "  "))
		} else {
			b.WriteString(old.String())
		}
		b.WriteString(names.String())
		old.Reset()
		names.Reset()
	}
	for line := range strings.Lines(document) {
		continued := strings.HasPrefix(line, "  ")
		switch {
		case strings.HasPrefix(line, tests), continued && names.Len() > 0:
			names.WriteString(line)
		case strings.HasPrefix(line, measured), continued && old.Len() > 0:
			old.WriteString(line)
		default:
			finish()
			b.WriteString(line)
		}
	}
	finish()
	return b.String()
}

// Tests returns the names of tests between backquotes in a text.
func Tests(text string) (names []string) {
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 && strings.HasPrefix(part, "Test") {
			names = append(names, part)
		}
	}
	return names
}

// join returns what the tests, or their subtests, have measured; a subtest's figures
// follow its name.
func join(names []string, all []Measure) string {
	var figures []string
	var last string
	for _, name := range names {
		for _, m := range all {
			sub, ours := strings.CutPrefix(m.Test, name)
			if !ours || (sub != "" && sub[0] != '/') {
				continue
			}
			figure := m.What + " " + m.Value
			if sub != last && sub != "" {
				figure = strings.ReplaceAll(sub[1:], "_", " ") + ": " + figure
			}
			last = sub
			figures = append(figures, figure)
		}
	}
	return strings.Join(figures, "; ")
}
