// Package e2e holds the tests of the whole: a client of its own, written with
// another JSON-RPC library than the server's, drives the real server against a
// real Slurm site (see testcluster), and looks at what is left behind.
package e2e
