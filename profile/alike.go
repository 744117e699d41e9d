package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// alike finds the profile whose name differs from word by one slip of the finger; empty:
// none does.
func (s *Set) alike(word string) string {
	const least = 4 // letters: shorter names are alike by chance
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		if len(name) >= least && oneSlip(strings.ToLower(word), strings.ToLower(name)) {
			return name
		}
	}
	return ""
}

// spelt returns the profile's name that is word in other capitals, or else word.
func (s *Set) spelt(word string, hosts []string) string {
	if s.has(word) || slices.Contains(hosts, word) {
		return word
	}
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		if strings.EqualFold(name, word) {
			return name
		}
	}
	return word
}

// oneSlip reports whether two words are the same but for one letter too many, too few or
// wrong, or two that have changed places.
func oneSlip(a, b string) bool {
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

func misspeltError(word, meant string) error {
	return &fault.Error{
		Code: fault.UnknownCluster, Tried: "finding the cluster " + word, Answer: fmt.Sprintf("there is no cluster with this name; did you mean %s?", meant),
		Advice: fmt.Sprintf("Use %s, or %[2]s@%[1]s if %[2]s is your user name there.", meant, word),
	}
}
