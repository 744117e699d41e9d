// Package share shares one authenticated connection to a host between all windows, commands and
// reloads of one user, as OpenSSH's ControlMaster does. A small process of this program, the daemon, holds
// it (a tunnel.Conn); others use it through a private unix socket on this computer, also on
// Windows.
//
//	Dial (dial.go)       finds the daemon or starts it (start.go), asks it for the login and
//	                     answers its questions
//	client.go            the connection as a client has it, a tunnel.RemoteConn; bulk.go its channels
//	                     for much data
//	Main (main.go)       the daemon's process
//	daemon.go            who uses the connection, and when it ends
//	  attempt.go         one login at a time, whose outcome is shared by all who wait
//	  member.go          one client as the daemon sees it; relay.go one channel
//	protocol.go          the requests and channels; transport.go how they are carried
//
// Invariants: the socket's directory is the user's alone, and the peer's user is checked where
// the system reports it; one action of the user makes one login attempt; the daemon exits when
// its clients' linger times have passed, and does not keep jobs alive: leases are renewed by
// the clients.
//
// server/connpool and cmd/sunpyter may import it.
package share
