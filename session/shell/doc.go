// Package shell has both ends of a terminal or a command in a job: shells.py there, and here the
// protocol with which it survives lost links. How a connection into the job is made is its caller's
// business.
//
// It imports fault. Package nodeconn has shells.py run, package session opens shells, and package
// server uses them.
package shell
