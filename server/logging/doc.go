// Package logging is what the server's log is made of: lines for the client, and the
// masking of secrets in everything that is logged. Only package server imports it.
package logging
