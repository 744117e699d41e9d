// Package check runs cluster/check: a list of tests from this computer to a kernel
// on the cluster, each with what it found and what to do about it, and a report that
// can be sent to support without the user's names in it.
//
// Only package server imports it. It makes one login, through connpool, whose stages
// are separate tests; a full check also starts a small job, as a session that no client is
// notified of.
package check
