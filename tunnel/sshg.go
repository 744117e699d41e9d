package tunnel

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// config is what `ssh -G` printed: keyword in lower case to its values, in order.
type config map[string][]string

func (c config) add(key, value string) { c[key] = append(c[key], value) }

func (c config) first(key string) string {
	if len(c[key]) == 0 {
		return ""
	}
	return c[key][0]
}

// is reports whether a yes-or-no keyword is on; byDefault where it is missing.
func (c config) is(key string, byDefault bool) bool {
	switch c.first(key) {
	case "yes", "true":
		return true
	case "no", "false":
		return false
	}
	return byDefault
}

// parseConfig reads the output of `ssh -G`: a keyword, a blank, the value as it
// stands. Lines that are not of this form are passed over.
func parseConfig(out []byte) config {
	c := config{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, maxConfigOutput+1)
	for lines.Scan() {
		key, value, ok := strings.Cut(strings.TrimRight(lines.Text(), "\r"), " ")
		if ok && key != "" && value != "" {
			c.add(strings.ToLower(key), value)
		}
	}
	return c
}

// targetFrom makes a Target, without its Via.
func targetFrom(h hop, c config) (*Target, error) {
	t := &Target{Name: h.name, Host: c.first("hostname"), User: c.first("user"), Port: 22, Network: "tcp"}
	if t.Host == "" {
		t.Host = h.name
	}
	if t.User == "" {
		t.User = localUser()
	}
	if p := c.first("port"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 {
			return nil, &fault.Error{Code: fault.SSHConfig, Tried: "reading the ssh configuration of " + h.name,
				Answer: fmt.Sprintf("the port is %q", clean(p, 40)), Advice: "Correct Port in ~/.ssh/config."}
		}
		t.Port = n
	}
	if alias := c.first("hostkeyalias"); alias != "none" {
		t.HostKeyAlias = alias
	}
	e := newExpander(t)
	t.setKeys(c, e)
	t.setWays(c)
	t.setHostKeys(c, e)
	t.setRoute(c, e)
	return t, nil
}

// setKeys reads what there is to log in with.
func (t *Target) setKeys(c config, e expander) {
	for _, file := range c["identityfile"] {
		if path := e.path(file); file != "none" && !slices.Contains(t.IdentityFiles, path) {
			t.IdentityFiles = append(t.IdentityFiles, path)
		}
	}
	t.IdentitiesOnly = c.is("identitiesonly", false)
	switch a := c.first("identityagent"); {
	case a == "none":
	case a == "" || a == "SSH_AUTH_SOCK":
		t.Agent = os.Getenv("SSH_AUTH_SOCK")
	case strings.HasPrefix(a, "$"):
		t.Agent = os.Getenv(strings.Trim(a, "${}"))
	default:
		t.Agent = e.path(a)
	}
}

// setWays reads which ways to log in are allowed.
func (t *Target) setWays(c config) {
	preferred := strings.Split(c.first("preferredauthentications"), ",")
	allowed := func(method string) bool { return preferred[0] == "" || slices.Contains(preferred, method) }
	publicKey := c.first("pubkeyauthentication") // also unbound, host-bound
	t.PublicKey = publicKey != "no" && publicKey != "false" && allowed("publickey")
	t.Keyboard = c.is("kbdinteractiveauthentication", true) && allowed("keyboard-interactive")
	t.Password = c.is("passwordauthentication", true) && allowed("password")
}

// setHostKeys reads how the host is known.
func (t *Target) setHostKeys(c config, e expander) {
	t.KnownHosts = e.paths(c.first("userknownhostsfile"))
	t.GlobalKnownHosts = e.paths(c.first("globalknownhostsfile"))
	t.HashKnownHosts = c.is("hashknownhosts", false)
	t.Strict = c.first("stricthostkeychecking")
	if t.Strict == "true" {
		t.Strict = strictYes
	}
}

// setRoute reads how the host is reached, but for ProxyJump.
func (t *Target) setRoute(c config, e expander) {
	if command := c.first("proxycommand"); command != "" && command != "none" {
		t.ProxyCommand = e.tokens(command)
	}
	switch c.first("addressfamily") {
	case "inet":
		t.Network = "tcp4"
	case "inet6":
		t.Network = "tcp6"
	}
	if n, err := strconv.Atoi(c.first("connecttimeout")); err == nil && n > 0 && n <= 3600 {
		t.ConnectTimeout = time.Duration(n) * time.Second
	}
}

// envReference is ${NAME}, the only form that ssh_config(5) knows.
var envReference = regexp.MustCompile(`\$\{\w+\}`)

// expander replaces ssh_config(5)'s tokens and ~.
type expander struct {
	home     string
	replacer *strings.Replacer
}

func newExpander(t *Target) expander {
	home, _ := os.UserHomeDir()
	local, _ := os.Hostname()
	short, _, _ := strings.Cut(local, ".")
	alias := t.HostKeyAlias
	if alias == "" {
		alias = t.Name
	}
	return expander{home, strings.NewReplacer("%%", "%", "%d", home, "%u", localUser(), "%i", strconv.Itoa(os.Getuid()),
		"%r", t.User, "%h", t.Host, "%n", t.Name, "%p", strconv.Itoa(t.Port), "%k", alias, "%l", local, "%L", short)}
}

func (e expander) tokens(s string) string { return e.replacer.Replace(s) }

// path expands one file name: ${VAR}, tokens, and ~ at its beginning.
func (e expander) path(s string) string {
	s = e.tokens(envReference.ReplaceAllStringFunc(s, func(ref string) string { return os.Getenv(ref[2 : len(ref)-1]) }))
	if s == "~" || strings.HasPrefix(s, "~/") {
		s = filepath.Join(e.home, s[1:])
	}
	return filepath.FromSlash(s)
}

// paths expands a list. ssh prints names with blanks unquoted, so these cannot be told apart.
func (e expander) paths(list string) []string {
	var out []string
	for _, p := range strings.Fields(list) {
		if p != "none" {
			out = append(out, e.path(strings.Trim(p, `"`)))
		}
	}
	return out
}
