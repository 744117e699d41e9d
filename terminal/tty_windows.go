package terminal

import "os"

// staysInBackground has nothing to do here.
func staysInBackground() (again func()) { return func() {} }

// openTTY opens the console that this process belongs to.
func openTTY() (in, out *os.File, err error) {
	if in, err = os.OpenFile("CONIN$", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
