package console

import "os"

// ignoreTTIN does nothing on Windows.
func ignoreTTIN() (restore func()) { return func() {} }

// OpenTTY opens the console of this process.
func OpenTTY() (in, out *os.File, err error) {
	if in, err = os.OpenFile("CONIN$", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
