// Package server answers the wire: one file a method. A server belongs to one
// client, an editor window or a terminal, and owns that client's sessions, the
// connections to login nodes that they share, and the order in which all of it
// ends. The files wire*.go, dispatch.go, lifecycle.go and client.go carry the
// messages; the rest is what the methods do.
package server
