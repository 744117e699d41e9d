package profile

import (
	"errors"
	"fmt"
	"strings"
)

// forbiddenInHost and forbiddenInUser are the characters that OpenSSH refuses in names
// too, since they could reach a shell through a ProxyCommand.
const (
	forbiddenInHost = "'`\"$\\;&<>|(){},@"
	forbiddenInUser = "'`\";&<>|(){}$@"
)

func validHost(host string) error { return validName(host, forbiddenInHost, "a host") }

func validUser(user string) error { return validName(user, forbiddenInUser, "a user") }

// validRoute accepts the names of the routes into a job.
func validRoute(word string) error {
	if word != "ssh" && word != "srun" {
		return fmt.Errorf("%q is not ssh or srun", word)
	}
	return nil
}

// validTransport accepts the names of the transports of kernels.
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
