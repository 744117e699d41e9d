package console

import (
	"context"
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

// watchSize calls changed if the size differs, now and after each event, until ctx ends.
func watchSize[T any](ctx context.Context, events <-chan T, columns, rows int, changed func(columns, rows int)) {
	for {
		if c, r := Size(); c != columns || r != rows {
			columns, rows = c, r
			changed(columns, rows)
		}
		select {
		case <-events:
		case <-ctx.Done():
			return
		}
	}
}

// openBoth opens the two files of a terminal.
func openBoth(input string, inFlags int, output string, outFlags int) (in, out *os.File, err error) {
	if in, err = os.OpenFile(input, inFlags, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile(output, outFlags, 0); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
