// Package terminal is Sunpyter for a terminal: the commands start, list, stop,
// log, check and clusters. Each drives a server of its own, `sunpyter serve`,
// as a child over stdin and stdout, exactly as an editor does, and by another
// JSON-RPC implementation than the server's, so that each checks the other.
//
// It knows the wire (protocol) and nothing of the server's insides.
//
// Who ends what: a command owns its client; the client owns the connection and
// the child process; the child ends when its stdin ends, so it never outlives the
// command, however that ends. The child has a session (in the sense of setsid) of its own, so
// that Ctrl+C in the terminal reaches the command alone, which then releases the
// kernel in order.
package terminal
