// Package openssh connects with an installed ssh program instead of with this one's SSH: for
// Kerberos, smart cards, host-based logins and all else that only OpenSSH does. The program runs
// as a control master that belongs to us, and x/crypto's control client opens channels
// through its control socket.
//
// How far a login is, and why it failed, is read from the program's log (logparser.go,
// loginerror.go). What it asks comes through SSH_ASKPASS, which is this program once more
// (askpass.go, prompter.go).
//
// tunnel imports it, and programs whose main function has to serve as an askpass.
package openssh
