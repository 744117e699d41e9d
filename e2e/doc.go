// Package e2e has the end-to-end tests: a client of its own, with another JSON-RPC library
// than the server's, drives the real server against a real Slurm site (see testcluster),
// and checks that nothing is left behind.
package e2e
