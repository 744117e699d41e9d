package tunnel

import "golang.org/x/sys/windows"

// Windows has numbers of its own for what is refused and reset; its words for them
// are in the language of the computer.
var (
	refusals = []error{windows.WSAECONNREFUSED}
	resets   = []error{windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}
)
