// Package hostkeys decides whether a host is the right one, by the known_hosts files, the list of
// revoked keys, certificates, and the user; or, for a node, by keys that are known from a
// better source.
//
// An unknown key is shown to the user; a changed one is never accepted.
//
// tunnel and tunnel/openssh may import it.
package hostkeys
