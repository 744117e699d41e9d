package profile

import (
	"errors"
	"fmt"
	"slices"
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

// oneOf returns a check that accepts some words, which list names for a message.
func oneOf(list string, words ...string) func(string) error {
	return func(word string) error {
		if !slices.Contains(words, word) {
			return fmt.Errorf("%q is not %s", word, list)
		}
		return nil
	}
}
