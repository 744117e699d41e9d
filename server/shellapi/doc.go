// Package shellapi answers shell/* for one client: it knows the client's shells by their
// ids, sends their output, and ends them with the client. Only package server imports it.
package shellapi
