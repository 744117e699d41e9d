// Package tunnel is an SSH connection to a host: it is dialled, kept alive, and carries commands,
// byte streams and further SSH connections to hosts behind it.
//
//	Dial (dial.go, handshake.go)                 a Target becomes an authenticated Conn
//	Conn.Run, Start (exec.go, sessions.go)       commands
//	Conn.DialUnix, DialTCP (forwarding.go)       byte streams (stream.go)
//	Conn.Jump, DialCommand                       a further SSH connection inside this one
//	NewRemote (remote.go)                        a Conn over one that another process holds
//
// The packages below it have one job each: sshconfig resolves names, hostkeys checks hosts,
// sshauth logs in, openssh has the installed ssh program connect. proxy and share use it.
//
// Invariants: a refused login is never repeated; a changed host key is never accepted; every
// wait ends at a deadline, with its context or with its connection; the user is asked only
// through the Prompter, and notified only through Options.Notice.
//
// session and tunnel/share may import it. It knows nothing of Slurm, Jupyter or JSON-RPC.
package tunnel
