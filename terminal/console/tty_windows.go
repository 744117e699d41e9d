package console

import "os"

// ignoreTTIN does nothing on Windows.
func ignoreTTIN() (restore func()) { return func() {} }

// OpenTTY opens the console of this process.
func OpenTTY() (in, out *os.File, err error) {
	return openBoth("CONIN$", os.O_RDWR, "CONOUT$", os.O_RDWR)
}
