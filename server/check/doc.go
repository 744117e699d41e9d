// Package check runs cluster/check: a list of tests from this computer to a kernel
// on the cluster, each with what it found and what to do about it, and a report that
// can be sent to somebody without the user's names in it.
//
// Only package server imports it. It makes one login, through connpool, whose stages
// are tests of their own; a full check also starts a small job, as a session that no
// client is told of.
package check
