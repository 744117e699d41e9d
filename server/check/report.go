package check

import (
	"fmt"
	"os"
	"os/user"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/protocol"
)

// outcomes are the names of outcomes in a report.
var outcomes = map[protocol.CheckOutcome]string{
	protocol.CheckOK: "ok", protocol.CheckWarning: "warning", protocol.CheckFailed: "FAILED", protocol.CheckSkipped: "not tried",
}

// report returns a result as text for support, without users' names.
// The caller masks secrets.
func (c *checker) report(result *protocol.ClusterCheckResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Sunpyter check of %s (%s@%s)\n", c.Profile.Title, result.User, result.Host)
	fmt.Fprintf(&b, "sunpyter %s, %s %s, %s\n", c.Version, runtime.GOOS, runtime.GOARCH, time.Now().UTC().Format("2006-01-02 15:04 MST"))
	for _, step := range result.Steps {
		fmt.Fprintf(&b, "[%s] %s (%d ms)\n", outcomes[step.Outcome], step.Title, step.Milliseconds)
		for _, text := range []string{step.Detail, step.Advice, step.Code} {
			for line := range strings.Lines(text) {
				b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
			}
		}
	}
	names := append(localNames(c.Env), result.User, c.Profile.User)
	for t := &c.target; t != nil; t = t.Route.Via {
		names = append(names, t.User)
	}
	return withoutNames(b.String(), names)
}

// localNames returns the user's names on this computer.
func localNames(env func(string) string) []string {
	names := []string{env("USER"), env("USERNAME"), env("LOGNAME")}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username, u.Name)
	}
	if home, err := os.UserHomeDir(); err == nil {
		names = append(names, home[strings.LastIndexAny(home, `/\`)+1:])
	}
	return names
}

// withoutNames replaces each name by USER where it is a word, in any case. The longest
// are replaced first, because one may be part of another.
func withoutNames(text string, names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, name)
		if i := strings.LastIndexByte(name, '\\'); i >= 0 { // DOMAIN\name
			all = append(all, name[i+1:])
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	for _, name := range slices.Compact(all) {
		if name == "" || name == "root" {
			continue
		}
		word := regexp.MustCompile(`(?i)(^|[^\pL\pN_])` + regexp.QuoteMeta(name) + `($|[^\pL\pN_])`)
		for next := word.ReplaceAllString(text, "${1}USER${2}"); next != text; next = word.ReplaceAllString(text, "${1}USER${2}") {
			text = next // adjacent names share the character between them
		}
	}
	return text
}
