// Package shell is the near end of a terminal or a command in a job: its protocol with
// shells.py there, with which it survives lost links. How a connection into the job is made
// is its caller's business.
//
// It imports session/remote, for the frames, and fault. Package session opens shells, and
// package server uses them.
package shell
