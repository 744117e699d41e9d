// Package protocol is the wire between an editor and Sunpyter: every method,
// notification, type and error code, and nothing else. It is the one source:
// editor-extension's TypeScript types and docs/protocol.md are generated from
// it (go generate ./protocol), and a test fails when they are stale.
//
// The wire is JSON-RPC 2.0 with Content-Length framing on stdin and stdout, as
// a language server's. Times are RFC 3339 in UTC, durations are whole seconds,
// memory is MiB, each with its unit in the member's name. Unknown members are
// ignored; a method that is not known is answered with -32601.
package protocol

//go:generate go run ./internal/gen
