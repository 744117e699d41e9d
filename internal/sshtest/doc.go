// Package sshtest runs a real OpenSSH server, agent and keys for tests.
//
// Only tests may import it. It imports tunnel/prompts and fault, so that the tests of all
// packages above those can use it.
package sshtest
