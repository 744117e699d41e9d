// Package sshauth authenticates us to a host: it gathers keys from agents and files, offers
// them one after the other, asks the user for what cannot be known otherwise, and explains why a
// login was refused. It also makes new keys.
//
// A login that was refused is never repeated, and no more than one answer that the user typed
// is refused in one attempt.
//
// tunnel, tunnel/openssh and packages that offer to make a key may import it.
package sshauth
