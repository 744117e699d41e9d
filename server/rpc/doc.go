// Package rpc is the JSON-RPC connection to one client: framing, the order of
// requests, cancellation, errors as they are sent, and a write queue that a client
// which does not read cannot block. It knows no method but those of the
// connection itself: initialize, shutdown, exit and $/cancelRequest.
//
// It is built on go.lsp.dev/jsonrpc2 and imports protocol, fault and plain. Only
// package server and server/check import it.
package rpc
