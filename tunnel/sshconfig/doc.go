// Package sshconfig resolves a host name to a Target, everything in ssh's configuration about
// reaching it, by asking `ssh -G`. Directives that Sunpyter does not support are reported: see
// unsupported.go.
//
// Packages that connect or that list hosts may import it. It connects to nothing.
package sshconfig
