package profile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sa2c/sunpyter/internal/sshname"
)

// forbiddenInHost are the characters that OpenSSH refuses in the names of hosts too, since
// they could reach a shell through a ProxyCommand.
const forbiddenInHost = "'`\"$\\;&<>|(){},@"

func validHost(host string) error {
	switch {
	case host == "":
		return errors.New("the name of a host is missing")
	case strings.HasPrefix(host, "-"), strings.ContainsAny(host, forbiddenInHost),
		strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%q is not a valid name for a host", host)
	}
	return nil
}

func validUser(user string) error {
	if !sshname.ValidUser(user) {
		return fmt.Errorf("%q is not a valid name for a user", user)
	}
	return nil
}

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
