// Package sshconfig resolves a host name to a Target, everything that ssh's configuration has
// about reaching it, by asking `ssh -G`. What the configuration asks for and Sunpyter does not
// do is reported: see unsupported.go.
//
// Packages that connect or that list hosts may import it. It connects to nothing.
package sshconfig
