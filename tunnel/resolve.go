package tunnel

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/sa2c/sunpyter/fault"
	"go.uber.org/zap"
)

const (
	// resolveTimeout bounds `ssh -G`: a Match exec line may run a program.
	resolveTimeout = 10 * time.Second
	// maxConfigOutput bounds what is read from `ssh -G`, in bytes.
	maxConfigOutput = 1 << 20
	// maxHops bounds a chain of ProxyJump, and ends one that names itself.
	maxHops = 8
	// maxHostName is the longest host name that is taken, in bytes (DNS allows 253).
	maxHostName = 255
)

// hop is one host as it is asked for: a port of 0 and an empty user leave the
// choice to the configuration.
type hop struct {
	name, user string
	port       int
}

// Resolve finds out how to reach the host called name, as `ssh name` would.
// user overrides the configuration's when it is not empty. Hosts of a ProxyJump
// are resolved too. Where no ssh program exists the name is taken as it stands
// and Target.Warnings says so.
//
// Faults: BadRequest for a name that cannot be one, SSHConfig where ssh rejects
// its configuration.
func Resolve(ctx context.Context, name, user string, opts Options) (Target, error) {
	t, err := resolve(ctx, hop{name: name, user: user}, opts, 0)
	if err != nil {
		return Target{}, err
	}
	for _, w := range t.Warnings {
		opts.log().Warn("resolving the host", zap.String("host", name), zap.String("warning", w))
	}
	return *t, nil
}

func resolve(ctx context.Context, h hop, opts Options, depth int) (*Target, error) {
	if err := checkHop(h); err != nil {
		return nil, err
	}
	if depth > maxHops {
		return nil, &fault.Error{Code: fault.SSHConfig, Tried: "resolving the host " + h.name,
			Answer: fmt.Sprintf("its ProxyJump leads through more than %d hosts", maxHops),
			Advice: "Look in ~/.ssh/config for a host that is to be reached through itself."}
	}
	out, err := askSSH(ctx, h, opts)
	if errors.Is(err, exec.ErrNotFound) {
		return plainTarget(h)
	}
	if err != nil {
		return nil, err
	}
	config := parseConfig(out)
	t, err := targetFrom(h, config)
	if err != nil {
		return nil, err
	}
	if jump := config.first("proxyjump"); jump != "" && jump != "none" {
		t.Via, err = resolveJump(ctx, jump, opts, depth)
	}
	return t, err
}

// resolveJump turns "a,user@b:2200" into hops, last first: the last one is
// reached through those before it, whatever its own configuration says.
func resolveJump(ctx context.Context, jump string, opts Options, depth int) (*Target, error) {
	rest, last := "", jump
	if i := strings.LastIndexByte(jump, ','); i >= 0 {
		rest, last = jump[:i], jump[i+1:]
	}
	h, err := parseHop(strings.TrimSpace(last))
	if err != nil {
		return nil, err
	}
	t, err := resolve(ctx, h, opts, depth+1)
	if err != nil || rest == "" {
		return t, err
	}
	t.ProxyCommand = ""
	t.Via, err = resolveJump(ctx, rest, opts, depth+1)
	return t, err
}

// parseHop reads [ssh://][user@]host[:port].
func parseHop(text string) (hop, error) {
	bad := &fault.Error{Code: fault.SSHConfig, Tried: "reading ProxyJump",
		Answer: fmt.Sprintf("%q is not of the form user@host:port", clean(text, 200)), Advice: "Correct it in ~/.ssh/config."}
	var h hop
	rest := strings.TrimSuffix(strings.TrimPrefix(text, "ssh://"), "/")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		h.user, rest = rest[:i], rest[i+1:]
	}
	port := ""
	switch {
	case strings.HasPrefix(rest, "["):
		inner, after, ok := strings.Cut(rest[1:], "]")
		if !ok || (after != "" && !strings.HasPrefix(after, ":")) {
			return h, bad
		}
		h.name, port = inner, strings.TrimPrefix(after, ":")
	case strings.Count(rest, ":") == 1:
		h.name, port, _ = strings.Cut(rest, ":")
	default:
		h.name = rest
	}
	if port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return h, bad
		}
		h.port = n
	}
	if checkHop(h) != nil {
		return h, bad
	}
	return h, nil
}

// checkHop refuses what could be taken for an option, or could not be a name.
func checkHop(h hop) error {
	bad := func(what, value string) error {
		return &fault.Error{Code: fault.BadRequest, Tried: "reading the " + what,
			Answer: fmt.Sprintf("%q cannot be a %s", clean(value, 80), what),
			Advice: "Give it as ssh takes it: USER@HOST, or a Host from ~/.ssh/config."}
	}
	if h.name == "" || len(h.name) > maxHostName || !plainWord(h.name) {
		return bad("host name", h.name)
	}
	if len(h.user) > maxHostName || (h.user != "" && !plainWord(h.user)) {
		return bad("user name", h.user)
	}
	return nil
}

// plainWord reports whether s has no blanks or control characters and does not
// begin with a dash.
func plainWord(s string) bool {
	return !strings.HasPrefix(s, "-") && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
}

// askSSH runs `ssh -G`. The error is exec.ErrNotFound where there is no ssh.
func askSSH(ctx context.Context, h hop, opts Options) ([]byte, error) {
	program := opts.sshProgram
	if program == "" {
		program = "ssh"
	}
	args := []string{"-G"}
	if opts.SSHConfig != "" {
		args = append(args, "-F", opts.SSHConfig)
	}
	if h.user != "" {
		args = append(args, "-l", h.user)
	}
	if h.port != 0 {
		args = append(args, "-p", strconv.Itoa(h.port))
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(args, "--", h.name)...)
	stdout, stderr := &limitedBuffer{limit: maxConfigOutput}, &limitedBuffer{limit: 4 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = time.Second // a Match exec child may hold the pipes
	err := cmd.Run()
	switch {
	case err == nil:
		return stdout.kept.Bytes(), nil
	case errors.Is(err, exec.ErrNotFound):
		return nil, exec.ErrNotFound
	case context.Cause(ctx) == context.Canceled:
		return nil, cancelled("asking ssh for the configuration of "+h.name, ctx.Err())
	}
	answer := clean(stderr.kept.String(), 2000)
	if ctx.Err() != nil {
		answer = fmt.Sprintf("no answer within %v", resolveTimeout)
	}
	return nil, &fault.Error{Code: fault.SSHConfig, Tried: "asking ssh for the configuration of " + h.name, Answer: answer,
		Advice: "Try `ssh -G " + h.name + "` in a terminal and correct ~/.ssh/config until it prints no error.", Err: err}
}

// plainTarget is the reading of a name where no ssh program can be asked.
func plainTarget(h hop) (*Target, error) {
	c := config{}
	c.add("hostname", h.name)
	for _, name := range []string{"id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"} {
		c.add("identityfile", "~/.ssh/"+name)
	}
	c.add("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2")
	c.add("globalknownhostsfile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2")
	c.add("user", h.user)
	if h.port != 0 {
		c.add("port", strconv.Itoa(h.port))
	}
	t, err := targetFrom(h, c)
	if err != nil {
		return nil, err
	}
	t.Warnings = append(t.Warnings, "no ssh program was found, so ~/.ssh/config was not used: "+h.name+
		" is taken as the host's real name. Install OpenSSH's client to use the configuration.")
	return t, nil
}

// localUser is the name of the person at this computer.
func localUser() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	name := u.Username
	if i := strings.LastIndexByte(name, '\\'); i >= 0 { // Windows: DOMAIN\name
		name = name[i+1:]
	}
	return name
}
