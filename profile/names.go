package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sa2c/sunpyter/fault"
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
		strings.ContainsFunc(host, func(r rune) bool { return r == ' ' || r == utf8.RuneError || !unicode.IsPrint(r) }):
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

// similarName returns the profile whose name is one typing error away from word, or "".
func (s *Set) similarName(word string) string {
	const minLength = 4 // shorter names are similar by chance
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		if len(name) >= minLength && editDistance1(strings.ToLower(word), strings.ToLower(name)) {
			return name
		}
	}
	return ""
}

// matchCase returns the name of a profile or of one of hosts that differs from word in case
// only, or else word.
func (s *Set) matchCase(word string, hosts []string) string {
	if s.has(word) || slices.Contains(hosts, word) {
		return word
	}
	for _, name := range append(slices.Sorted(maps.Keys(s.profiles)), hosts...) {
		if strings.EqualFold(name, word) {
			return name
		}
	}
	return word
}

// editDistance1 reports whether one inserted, deleted or replaced letter, or two swapped
// ones, turn a into b; equal words count too.
func editDistance1(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	start := 0
	for start < len(a) && a[start] == b[start] {
		start++
	}
	restA, restB := a[start:], b[start:]
	switch {
	case len(restA) == len(restB):
		return restA == "" || restA[1:] == restB[1:] ||
			len(restA) > 1 && restA[0] == restB[1] && restA[1] == restB[0] && restA[2:] == restB[2:]
	case len(restB) == len(restA)+1:
		return restA == restB[1:]
	}
	return false
}

// addressError is the error for an address in another form, such as ssh://HOST, HOST:22 or a whole command.
func addressError(word string) error {
	return &fault.Error{
		Code: fault.UnknownCluster, Tried: "finding the cluster " + word, Answer: "this is neither a cluster, nor USER@HOST, nor a user name",
		Advice: "Write only USER@HOST. If its port is not 22, set Port for the host in ~/.ssh/config.",
	}
}

func similarNameError(word, meant string) error {
	return &fault.Error{
		Code: fault.UnknownCluster, Tried: "finding the cluster " + word, Answer: fmt.Sprintf("there is no cluster with this name; did you mean %s?", meant),
		Advice: fmt.Sprintf("Use %s, or %[2]s@%[1]s if %[2]s is your user name there.", meant, word),
	}
}
