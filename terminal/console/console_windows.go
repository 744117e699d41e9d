package console

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// ignoreTTIN does nothing on Windows.
func ignoreTTIN() (restore func()) { return func() {} }

// OpenTTY opens the console of this process.
func OpenTTY() (in, out *os.File, err error) {
	return openBoth("CONIN$", os.O_RDWR, "CONOUT$", os.O_RDWR)
}

// WatchSize calls changed whenever the console's size is another, until ctx ends. Windows has no
// signal for that.
func WatchSize(ctx context.Context, columns, rows int, changed func(columns, rows int)) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	watchSize(ctx, tick.C, columns, rows, changed)
}

// enableSequences has the console obey escape sequences.
func enableSequences(out *os.File) (restore func()) {
	handle := windows.Handle(out.Fd())
	var mode uint32
	if windows.GetConsoleMode(handle, &mode) != nil {
		return func() {}
	}
	_ = windows.SetConsoleMode(handle, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING|windows.DISABLE_NEWLINE_AUTO_RETURN)
	return func() { _ = windows.SetConsoleMode(handle, mode) }
}
