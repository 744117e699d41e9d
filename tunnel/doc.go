// Package tunnel reaches hosts over SSH: it resolves a host as ssh does, checks
// its key, logs in, hops on to further hosts, keeps the connection alive and
// carries commands and byte streams over it. A Forward is the one local port
// through which a browser or an editor reaches a server behind such a
// connection.
//
// The way of a call:
//
//	Resolve (resolve.go, sshg.go)      a name becomes a Target, by `ssh -G`
//	Dial (dial.go, carrier.go)         a Target becomes an authenticated Conn
//	  hostkey.go, knownhosts.go        is it the right host?
//	  auth.go, identity.go, agent.go   are we the right person?
//	Conn.Run, Start (exec.go)          commands
//	Conn.DialUnix, DialTCP (forwarding.go, stream.go)
//	Conn.Jump (jump.go)                a further SSH connection inside this one
//	Listen (forward.go, upstream.go, link.go)
//
// Invariants: a refused login is never repeated; a changed host key is never
// passed over; every wait ends at a deadline, with its context or with its
// connection; a person is asked only through the Prompter.
//
// The package knows nothing of what runs at the far end.
package tunnel
