// Package login gives all windows, commands and reloads of one user one
// authenticated connection to a host, as OpenSSH's ControlMaster does. A small
// process of this program, the keeper, has the connection (a [tunnel.Conn]);
// others use it through a private socket on this computer, which Windows has too.
//
//	Dial (dial.go)        finds the keeper or starts it (start.go), asks it for the
//	                      login and answers its questions
//	held (held.go)        the connection here, a tunnel.Kept; its channels (channel.go)
//	Main (main.go)        the keeper's process
//	keeper (keeper.go)    who uses the connection, and when it ends
//	  attempt.go          one login at a time, whose outcome all who wait are told
//	  relay.go            one channel
//
// Each channel has a connection to the socket of its own: what it carries is not
// encrypted once more, and each is slowed down by itself. On every such
// connection go frames (frame.go); wire.go says which.
//
// Invariants: the socket's folder belongs to the user and is closed to all
// others, and the peer is looked at where the system tells who it is; one
// action of a person makes one attempt to log in; the keeper ends when nobody has
// used it for as long as its users wished, and keeps no job alive: leases are
// renewed by those who use it.
package login
