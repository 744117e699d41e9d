// Package terminal is the command-line client: start, take, list, stop, log, check and clusters.
// Each command runs a server, `sunpyter serve`, as a child over stdin and stdout, as an editor
// does, with a different JSON-RPC library from the server's, so that each tests the other.
//
// It knows the protocol and nothing of the server's internals. Its sub-packages are console, the
// terminal that the user sits at, and rpcclient, the server as a child.
//
// A command owns its client; the client owns the connection and the child process; the child exits
// when its stdin closes, so it never outlives the command, however that ends. The child runs in a
// session (setsid) of its own, so that Ctrl+C in the terminal reaches the command alone, which
// then releases the kernel in order.
package terminal
