// Package share gives all windows, commands and reloads of one user one authenticated connection
// to a host, as OpenSSH's ControlMaster does. A small process of this program, the daemon, holds
// it (a tunnel.Conn); others use it through a private socket on this computer, which Windows has
// too.
//
//	Dial (dial.go)       finds the daemon or starts it (start.go), asks it for the login and
//	                     answers its questions
//	client.go            the connection as a client has it, a tunnel.Kept
//	Main (main.go)       the daemon's process
//	daemon.go            who uses the connection, and when it ends
//	  attempt.go         one login at a time, whose outcome is shared by all who wait
//	  member.go          one client as the daemon sees it; relay.go one channel
//	protocol.go          the requests and channels; transport.go how they are carried
//
// Invariants: the socket's directory is the user's alone, and the peer's user is checked where
// the system reports it; one action of the user makes one login attempt; the daemon exits when
// no client has used it for as long as its clients asked for, and keeps no job alive: leases are
// renewed by the clients.
//
// server/connpool and cmd/sunpyter may import it.
package share
