// Package openssh connects with an installed ssh program instead of with this one's SSH: for
// Kerberos, smart cards, host-based logins and all else that only OpenSSH does. The program runs
// as a control master that belongs to us, and x/crypto's control client opens channels
// through its control socket.
//
// A login's progress, and why it failed, is read from the program's log (logparser.go,
// loginerror.go). Its questions come through SSH_ASKPASS, which is this program again
// (askpass.go, prompter.go).
//
// tunnel imports it, and programs whose main function has to serve as an askpass.
package openssh
