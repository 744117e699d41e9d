package sshconfig

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
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

// named is first for a keyword whose "none" is as if it was missing.
func (c config) named(key string) string {
	if value := c.first(key); value != "none" {
		return value
	}
	return ""
}

// is reports whether a yes-or-no keyword is on; byDefault if it is missing.
func (c config) is(key string, byDefault bool) bool {
	switch c.first(key) {
	case "yes", "true":
		return true
	case "no", "false":
		return false
	}
	return byDefault
}

// parseConfig reads the output of `ssh -G`: a keyword, a space, the raw value.
// Other lines are skipped.
func parseConfig(out []byte) config {
	c := config{}
	for line := range strings.Lines(string(out)) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if ok && key != "" && value != "" {
			c.add(strings.ToLower(key), value)
		}
	}
	return c
}

// targetFrom makes a Target, without its Via. builtIn is what ssh would print
// without any configuration. ours is true if package tunnel connects to it; otherwise its
// limits do not matter.
func targetFrom(h hop, c, builtIn config, ours bool) (*Target, error) {
	t := &Target{Name: h.name, Host: cmp.Or(c.first("hostname"), h.name), User: cmp.Or(c.first("user"), localUser()), Port: 22,
		ConfiguredUser: h.user == "" && c.first("user") != "", Route: Route{Network: "tcp"}}
	if p := c.first("port"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 {
			return nil, &fault.Error{Code: fault.SSHConfig, Tried: "reading the ssh configuration of " + h.name,
				Answer: fmt.Sprintf("the port is %q", bounded.Text(p, 40)), Advice: "Correct Port in ~/.ssh/config."}
		}
		t.Port = n
	}
	t.HostKeys.Alias = c.named("hostkeyalias")
	e := newExpander(t, c)
	t.setKeys(c, e)
	t.setMethods(c)
	t.setHostKeys(c, e)
	t.setRoute(c, e)
	t.setKeepAlive(c)
	if err := t.setAlgorithms(c, builtIn); err != nil && ours {
		return nil, err
	}
	if !ours {
		return t, nil
	}
	return t, t.checkUnsupported(c, builtIn)
}

// setKeys reads what there is to log in with.
func (t *Target) setKeys(c config, e expander) {
	t.Keys.IdentityFiles = e.files(c["identityfile"])
	t.Keys.CertificateFiles = e.files(c["certificatefile"])
	t.Keys.IdentitiesOnly = c.is("identitiesonly", false)
	switch a := c.first("identityagent"); {
	case a == "none":
	case a == "" || a == "SSH_AUTH_SOCK":
		t.Keys.Agent = defaultAgent()
	case strings.HasPrefix(a, "$"):
		t.Keys.Agent = os.Getenv(strings.Trim(a, "${}"))
	default:
		t.Keys.Agent = e.path(a)
	}
	t.setAddToAgent(c.first("addkeystoagent"))
	if provider := c.named("pkcs11provider"); provider != "" {
		t.Keys.PKCS11Provider = e.path(provider)
	}
	if n, err := strconv.Atoi(c.first("requiredrsasize")); err == nil && n > 0 {
		t.Keys.MinRSABits = n
	}
}

// setAddToAgent reads "ask", "yes", "confirm 300" or "300".
func (t *Target) setAddToAgent(value string) {
	words := strings.Fields(value)
	if len(words) == 0 || words[0] == "no" || words[0] == "false" {
		return
	}
	t.Keys.AddToAgent = words[0]
	if seconds, ok := timeSpan(words[len(words)-1]); ok {
		t.Keys.AgentLifetime = seconds
		if len(words) == 1 {
			t.Keys.AddToAgent = "yes"
		}
	}
	if t.Keys.AddToAgent == "true" {
		t.Keys.AddToAgent = "yes"
	}
}

// setMethods reads which methods of authentication are allowed.
func (t *Target) setMethods(c config) {
	if preferred := c.first("preferredauthentications"); preferred != "" {
		t.Methods.Preferred = strings.Split(preferred, ",")
	}
	allowed := func(method string) bool {
		return t.Methods.Preferred == nil || slices.Contains(t.Methods.Preferred, method)
	}
	publicKey := c.first("pubkeyauthentication") // also unbound, host-bound
	t.Methods.PublicKey = publicKey != "no" && publicKey != "false" && allowed("publickey")
	before87 := c.is("challengeresponseauthentication", true) // its old name
	t.Methods.Keyboard = c.is("kbdinteractiveauthentication", before87) && allowed("keyboard-interactive")
	t.Methods.Password = c.is("passwordauthentication", true) && allowed("password")
	t.Methods.Batch = c.is("batchmode", false)
}

// setHostKeys reads how the host is known.
func (t *Target) setHostKeys(c config, e expander) {
	t.HostKeys.KnownHosts = e.paths(c.first("userknownhostsfile"))
	t.HostKeys.GlobalKnownHosts = e.paths(c.first("globalknownhostsfile"))
	t.HostKeys.HashKnownHosts = c.is("hashknownhosts", false)
	if file := c.named("revokedhostkeys"); file != "" {
		t.HostKeys.Revoked = e.path(file)
	}
	switch t.HostKeys.Strict = c.first("stricthostkeychecking"); t.HostKeys.Strict {
	case "true":
		t.HostKeys.Strict = StrictYes
	case "false", "off":
		t.HostKeys.Strict = StrictNo
	}
}

// setRoute reads how the host is reached, but for ProxyJump.
func (t *Target) setRoute(c config, e expander) {
	t.Route.ProxyCommand = e.tokens(c.named("proxycommand"))
	switch c.first("addressfamily") {
	case "inet":
		t.Route.Network = "tcp4"
	case "inet6":
		t.Route.Network = "tcp6"
	}
	if d, ok := timeSpan(c.first("connecttimeout")); ok && d <= time.Hour {
		t.Route.ConnectTimeout = d
	}
	if n, err := strconv.Atoi(c.first("connectionattempts")); err == nil && n > 1 {
		t.Route.ConnectAttempts = min(n, maxConnectAttempts)
	}
	t.Route.BindAddress, t.Route.BindInterface = c.first("bindaddress"), c.first("bindinterface")
}

// setKeepAlive reads when a silent host is given up.
func (t *Target) setKeepAlive(c config) {
	if d, ok := timeSpan(c.first("serveraliveinterval")); ok {
		t.Alive.Interval, t.Alive.Count = d, 3
	}
	if n, err := strconv.Atoi(c.first("serveralivecountmax")); err == nil && t.Alive.Interval > 0 {
		t.Alive.Count = n
	}
}

// timeSpan reads ssh's TIME FORMATS: 90, 5m, 1h30m. Empty and zero are no time.
func timeSpan(s string) (sum time.Duration, ok bool) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		n, err := strconv.Atoi(s[:digits])
		if err != nil || n > 1<<20 {
			return 0, false
		}
		unit := time.Second
		if s = s[digits:]; s != "" {
			if unit, ok = units[s[0]|0x20]; !ok {
				return 0, false
			}
			s = s[1:]
		}
		sum += time.Duration(n) * unit
	}
	return sum, sum > 0
}

// connectionHash is the key of a config for the value of %C. We ask ssh for it by a
// ControlPath that begins with hashMark, since its definition depends on ssh's version.
const (
	connectionHash = "%c"
	hashMark       = "/hash-"
)

// wantsHash reports whether a value that is expanded here has the token %C.
func (c config) wantsHash() bool {
	for _, key := range []string{"identityfile", "certificatefile", "identityagent", "proxycommand", "userknownhostsfile", "globalknownhostsfile", "revokedhostkeys"} {
		if slices.ContainsFunc(c[key], func(value string) bool { return strings.Contains(value, "%C") }) {
			return true
		}
	}
	return false
}

// envReference is ${NAME}, the only form that ssh_config(5) knows.
var envReference = regexp.MustCompile(`\$\{\w+\}`)

// expander replaces ssh_config(5)'s tokens and ~.
type expander struct {
	home     string
	replacer *strings.Replacer
}

func newExpander(t *Target, c config) expander {
	home, _ := os.UserHomeDir()
	local, _ := os.Hostname()
	short, _, _ := strings.Cut(local, ".")
	tokens := []string{"%%", "%", "%d", home, "%u", localUser(), "%i", strconv.Itoa(os.Getuid()),
		"%r", t.User, "%h", t.Host, "%n", t.Name, "%p", strconv.Itoa(t.Port), "%k", cmp.Or(t.HostKeys.Alias, t.Name), "%l", local, "%L", short,
		"%j", c.named("proxyjump")}
	if hash := c.first(connectionHash); hash != "" {
		tokens = append(tokens, "%C", hash)
	}
	return expander{home, strings.NewReplacer(tokens...)}
}

func (e expander) tokens(s string) string { return e.replacer.Replace(s) }

// path expands one file name: ${VAR}, tokens, and ~ at its beginning.
func (e expander) path(s string) string {
	s = strings.Replace(s, "__PROGRAMDATA__", os.Getenv("ProgramData"), 1) // what ssh on Windows prints
	s = e.tokens(envReference.ReplaceAllStringFunc(s, func(ref string) string { return os.Getenv(ref[2 : len(ref)-1]) }))
	if s == "~" || strings.HasPrefix(s, "~/") {
		s = filepath.Join(e.home, s[1:])
	}
	return native(s)
}

// files expands file names, each once.
func (e expander) files(names []string) []string {
	var out []string
	for _, name := range names {
		if path := e.path(name); name != "none" && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// paths expands a list. ssh prints names with spaces unquoted, so what does not
// begin as an absolute path continues the previous name.
func (e expander) paths(list string) []string {
	var names []string
	for _, word := range strings.Fields(list) {
		if len(names) > 0 && !absolute.MatchString(word) {
			names[len(names)-1] += " " + word
			continue
		}
		names = append(names, word)
	}
	for i, name := range names {
		names[i] = strings.Trim(name, `"`)
	}
	return e.files(names)
}

// absolute matches the beginning of a file name that follows another in a list.
var absolute = regexp.MustCompile(`^"?([/~$%\\]|[A-Za-z]:[/\\]|__PROGRAMDATA__|none$)`)
