package tunnel

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/kevinburke/ssh_config"
)

// repeated are the keywords whose values add up; of all others the first counts.
var repeated = []string{"identityfile", "certificatefile", "localforward", "remoteforward", "dynamicforward", "sendenv", "setenv"}

// plainReader reads ssh's configuration where there is no ssh to ask: Host
// patterns and Include. What it cannot know it keeps as warnings.
type plainReader struct {
	host     string
	home     string
	config   config
	warnings []string
}

// readPlain is the reading of a name's configuration without ssh's help.
func readPlain(h hop, opts Options) (config, []string) {
	home, _ := os.UserHomeDir()
	r := &plainReader{host: h.name, home: home, config: config{}}
	r.config.add("user", h.user)
	if h.port != 0 {
		r.config.add("port", strconv.Itoa(h.port))
	}
	r.warn("no ssh program was found, so ~/.ssh/config is read without its help. Install OpenSSH's client if this host is not reached as it should be.")
	own := filepath.Join(home, ".ssh")
	if opts.SSHConfig != "" {
		r.read(opts.SSHConfig, true, own, 0)
	} else {
		r.read(filepath.Join(own, "config"), true, own, 0)
		r.read(systemConfig(), true, filepath.Dir(systemConfig()), 0)
	}
	r.finish()
	return r.config, r.warnings
}

// systemConfig is the configuration for all users of this computer.
func systemConfig() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("ProgramData"), "ssh", "ssh_config")
	}
	return "/etc/ssh/ssh_config"
}

func (r *plainReader) warn(text string) {
	if !slices.Contains(r.warnings, text) {
		r.warnings = append(r.warnings, text)
	}
}

// read takes over what file says for the host. outer is false inside a block
// that is for other hosts; folder is where relative names of Include begin.
func (r *plainReader) read(file string, outer bool, folder string, depth int) {
	text, err := readBounded(file, maxConfigFile)
	if err != nil || depth > maxIncludes {
		return
	}
	active := outer
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxConfigFile+1)
	for lines.Scan() {
		key, rest := keyword(lines.Text())
		words := splitWords(rest)
		switch {
		case key == "" || strings.HasPrefix(key, "#") || len(words) == 0:
		case key == "host":
			active = outer && matchesHost(words, r.host)
		case key == "match":
			active = outer && r.matches(words)
		case !active:
		case key == "include":
			for _, included := range globAll(words, r.home, folder) {
				r.read(included, true, folder, depth+1)
			}
		default:
			r.take(key, words, rest)
		}
	}
}

// take keeps one directive.
func (r *plainReader) take(key string, words []string, rest string) {
	if len(r.config[key]) > 0 && r.config.first(key) != "" && !slices.Contains(repeated, key) {
		return
	}
	value := strings.Join(words, " ")
	switch key {
	case "proxycommand", "localcommand", "remotecommand", "knownhostscommand":
		value = rest // as it stands, for the shell
	case "canonicalizehostname":
		if words[0] != "no" {
			r.warn("CanonicalizeHostname needs the ssh program: the name is taken as it stands.")
		}
	}
	if r.config.first(key) == "" {
		delete(r.config, key)
	}
	r.config.add(key, value)
}

// matches knows `Match all` and `Match final all`; for all else ssh would have to be asked.
func (r *plainReader) matches(words []string) bool {
	if criteria := strings.ToLower(strings.Join(words, " ")); criteria == "all" || criteria == "final all" {
		return true
	}
	r.warn("a Match block of ~/.ssh/config was passed over: only the ssh program can tell whether it is meant.")
	return false
}

// finish adds what ssh takes where nothing is said.
func (r *plainReader) finish() {
	byDefault := map[string]string{"hostname": r.host, "userknownhostsfile": "~/.ssh/known_hosts ~/.ssh/known_hosts2",
		"globalknownhostsfile": "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"}
	if runtime.GOOS == "windows" {
		byDefault["globalknownhostsfile"] = "__PROGRAMDATA__/ssh/ssh_known_hosts __PROGRAMDATA__/ssh/ssh_known_hosts2"
	}
	for key, value := range byDefault {
		if r.config.first(key) == "" {
			r.config.add(key, value)
		}
	}
	r.config["hostname"] = []string{strings.NewReplacer("%%", "%", "%h", r.host).Replace(r.config.first("hostname"))}
	if len(r.config["identityfile"]) == 0 {
		for _, name := range []string{"id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"} {
			r.config.add("identityfile", "~/.ssh/"+name)
		}
	}
}

// matchesHost reports whether a Host line's patterns are meant for name.
func matchesHost(patterns []string, name string) bool {
	host := ssh_config.Host{}
	for _, p := range patterns {
		if pattern, err := ssh_config.NewPattern(p); err == nil {
			host.Patterns = append(host.Patterns, pattern)
		}
	}
	return host.Matches(name)
}

// matchPattern reports whether name fits one pattern with * and ?.
func matchPattern(pattern, name string) bool { return matchesHost([]string{pattern}, name) }

// splitWords parts a directive's arguments: blanks separate, double quotes keep together.
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

// globAll gives the files that an Include names.
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
