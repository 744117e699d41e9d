package sshconfig

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/internal/bounded"
)

const (
	// maxConfigFile is how much of a configuration file is read, in bytes.
	maxConfigFile = 1 << 20
	// maxIncludes bounds how deep configuration files include one another, as ssh does.
	maxIncludes = 16
)

// Hosts lists the hosts that ssh's configuration names, in its order, to choose
// from: patterns are left out. It reads opts.File, or ~/.ssh/config; a
// missing file has no hosts.
func Hosts(opts Options) ([]string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, fmt.Errorf("listing the hosts of the ssh configuration: %w", err)
	}
	folder := filepath.Join(home, ".ssh")
	l := hostList{home: home, folder: folder}
	err = l.read(cmp.Or(opts.File, filepath.Join(folder, "config")), 0)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return l.names, err
}

type hostList struct {
	home, folder string
	names        []string
}

// read adds the hosts of file and of those that it includes.
func (l *hostList) read(file string, depth int) error {
	text, err := bounded.ReadFile(file, maxConfigFile)
	if err != nil || depth > maxIncludes {
		return err
	}
	for line := range strings.Lines(string(text)) {
		switch key, rest := keyword(line); key {
		case "include":
			for _, included := range globAll(splitWords(rest), l.home, l.folder) {
				_ = l.read(included, depth+1) // a bad included file hides only its own hosts
			}
		case "host":
			for _, name := range splitWords(rest) {
				if !strings.ContainsAny(name, "*?!") && checkHop(hop{name: name}) == nil && !slices.Contains(l.names, name) {
					l.names = append(l.names, name)
				}
			}
		}
	}
	return nil
}

// keyword splits a line of ssh_config(5): "Host a b", "Host=a".
func keyword(line string) (key, rest string) {
	line = strings.TrimSpace(line)
	i := strings.IndexAny(line, " \t=")
	if i < 0 {
		return strings.ToLower(line), ""
	}
	return strings.ToLower(line[:i]), strings.TrimLeft(line[i:], " \t=")
}

// MatchPattern reports whether name matches a pattern with * and ?.
func MatchPattern(pattern, name string) bool {
	expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	matches, err := regexp.MatchString(`^(?s:`+expression+`)$`, name)
	return err == nil && matches
}

// splitWords splits a directive's arguments at spaces outside double quotes.
func splitWords(s string) []string {
	var words []string
	for s = strings.TrimLeft(s, " \t"); s != ""; s = strings.TrimLeft(s, " \t") {
		if s[0] == '"' {
			word, rest, _ := strings.Cut(s[1:], `"`)
			words, s = append(words, word), rest
			continue
		}
		if s[0] == '#' {
			break
		}
		end := strings.IndexAny(s, " \t")
		if end < 0 {
			end = len(s)
		}
		words, s = append(words, s[:end]), s[end:]
	}
	return words
}

// globAll returns the files that an Include names.
func globAll(patterns []string, home, folder string) []string {
	var files []string
	for _, p := range patterns {
		switch {
		case strings.HasPrefix(p, "~/"):
			p = filepath.Join(home, p[2:])
		case !filepath.IsAbs(p):
			p = filepath.Join(folder, p)
		}
		found, _ := filepath.Glob(p)
		files = append(files, found...)
	}
	return files
}
