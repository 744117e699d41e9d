// Package connpool holds the logins of one client: at most one authenticated
// connection for each login node and user, shared by all its sessions and requests.
// It also holds what logging in needs of the user: the prompts and notices that go
// to the editor, the passphrases that were typed, and the offer to make a key.
//
// Packages server and server/check import it. It imports tunnel and tunnel/share, and
// package session for the interface of a connection; it knows no JSON-RPC.
package connpool
