package profile

import (
	"errors"
	"fmt"
	"strings"
)

// hostileHost and hostileUser are what OpenSSH refuses in names too, since they
// could reach a shell by way of a ProxyCommand.
const (
	hostileHost = "'`\"$\\;&<>|(){},@"
	hostileUser = "'`\";&<>|(){}$@"
)

func validHost(host string) error { return validName(host, hostileHost, "a host") }

func validUser(user string) error { return validName(user, hostileUser, "a user") }

// validWayIn takes the names of the ways into a job.
func validWayIn(word string) error {
	if word != "ssh" && word != "srun" {
		return fmt.Errorf("%q is not ssh or srun", word)
	}
	return nil
}

// validTransport takes the names of the transports of kernels.
func validTransport(word string) error {
	if word != "auto" && word != "ipc" && word != "tcp" {
		return fmt.Errorf("%q is not auto, ipc or tcp", word)
	}
	return nil
}

func validName(name, hostile, what string) error {
	switch {
	case name == "":
		return errors.New("the name of " + what + " is missing")
	case strings.HasPrefix(name, "-"), strings.ContainsAny(name, hostile),
		strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%q is not a valid name for %s", name, what)
	}
	return nil
}
