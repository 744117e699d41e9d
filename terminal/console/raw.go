package console

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// Raw has every key reach the shell on the node, and its output the screen as it is, until
// restore is called.
func Raw() (restore func(), err error) {
	state, err := term.MakeRaw(int(os.Stdin.Fd()))
	if err != nil {
		return nil, fmt.Errorf("setting the terminal's mode: %w", err)
	}
	restoreOutput := enableSequences(os.Stdout)
	return func() {
		restoreOutput()
		_ = term.Restore(int(os.Stdin.Fd()), state)
	}, nil
}

// Size returns the number of columns and rows of stdout's terminal.
func Size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || columns < 1 || rows < 1 {
		return 80, 24
	}
	return columns, rows
}
