// Package rpcclient runs a server, `sunpyter serve`, as a child and speaks the protocol with it, by
// another JSON-RPC library than the server's. Only package terminal imports it.
package rpcclient
