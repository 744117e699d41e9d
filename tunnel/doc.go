// Package tunnel reaches hosts over SSH: it resolves a host as ssh does, checks
// its key, logs in, hops on to further hosts, keeps the connection alive and
// carries commands and byte streams over it. A Forward is the one local port
// through which a browser or an editor reaches a server behind such a
// connection.
//
// The way of a call:
//
//	Resolve (resolve.go, sshg.go)      a name becomes a Target, by `ssh -G`
//	  algorithms.go, directives.go     what is agreed with a host; what is not honoured, each named
//	Dial (dial.go, carrier.go)         a Target becomes an authenticated Conn
//	  again.go                         a host that closes before the login is asked again
//	  hostkey.go, knownhosts.go, revoked.go   is it the right host?
//	  auth.go, keyring.go, identity.go, pkcs8.go, agent*.go   are we the right person?
//	  opened.go                        passphrases asked ahead, keys given to the agent
//	MakeKey, Conn.InstallKey (keygen.go)      a first key
//	Conn.Run, Start (exec.go)          commands
//	Conn.DialUnix, DialTCP (forwarding.go, stream.go)
//	Conn.Jump (jump.go)                a further SSH connection inside this one
//	Listen (forward.go, upstream.go, link.go)
//
// Invariants: a refused login is never repeated; a changed host key is never
// passed over; every wait ends at a deadline, with its context or with its
// connection; a person is asked only through the Prompter, and told only through
// Options.Notice.
//
// The package knows nothing of what runs at the far end.
package tunnel
