package sshconfig

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/sshname"
	"github.com/sa2c/sunpyter/internal/units"
)

const (
	// resolveTimeout bounds `ssh -G`: a Match exec line may run a program.
	resolveTimeout = 10 * time.Second
	// pipesHeld is how long a process that a Match exec line left behind may hold ssh's error output.
	pipesHeld = 3 * time.Second
	// maxConfigOutput bounds what is read from `ssh -G`, in bytes.
	maxConfigOutput = 1 << 20
	// maxHops bounds a chain of ProxyJump, and ends one that names itself.
	maxHops = 8
	// maxHostName is the longest host name that is accepted, in bytes (DNS allows 253).
	maxHostName = 255
)

// Options are which configuration is read, and how. The zero value reads ssh's own.
type Options struct {
	// File is a configuration file for ssh's -F; empty: ssh's own files.
	File string
	// Program is the ssh program that makes the connection instead of this one's SSH;
	// empty: none. It becomes part of the Target.
	Program string
	// Log may be nil.
	Log *zap.Logger

	// sshG names another ssh in tests; empty: "ssh" from PATH.
	sshG string
}

// hop is one requested host: a port of 0 and an empty user leave the
// choice to the configuration.
type hop struct {
	name, user string
	port       int
}

// Resolve finds out how to reach the host called name, as `ssh name` would.
// user overrides the configuration's when it is not empty. Hosts of a ProxyJump
// are resolved too.
//
// Faults: BadRequest for a name that cannot be one, SSHConfig where there is no ssh
// program, ssh rejects its configuration or a required directive is not supported, HandshakeFailed if
// the configuration allows no algorithm that is supported here, LocalFile if there is no room for a temporary file.
func Resolve(ctx context.Context, name, user string, opts Options) (Target, error) {
	bare := opts
	bare.File = "none"
	out, _ := askSSH(ctx, hop{name: "host"}, bare) // without a result, every list counts as chosen
	r := &resolver{opts: opts, builtIn: parseConfig(out)}
	t, err := r.resolve(ctx, hop{name: name, user: user}, 0)
	if err != nil {
		return Target{}, err
	}
	t.logIgnored(opts.Log)
	return *t, nil
}

// logIgnored logs what the user need not read now.
func (t *Target) logIgnored(log *zap.Logger) {
	if log == nil {
		return
	}
	for hop := t; hop != nil; hop = hop.Route.Via {
		for _, w := range hop.Warnings {
			log.Warn("resolving the host", zap.String("host", hop.Name), zap.String("warning", w))
		}
		for _, a := range hop.ignored {
			log.Info("a directive that is not used", zap.String("host", hop.Name), zap.String("directive", a))
		}
	}
}

// resolver resolves one chain of hosts.
type resolver struct {
	opts Options
	// builtIn is what ssh would print without any configuration.
	builtIn config
}

func (r *resolver) resolve(ctx context.Context, h hop, depth int) (*Target, error) {
	if err := checkHop(h); err != nil {
		return nil, err
	}
	if depth > maxHops {
		return nil, &fault.Error{Code: fault.SSHConfig, Tried: "resolving the host " + h.name,
			Answer: fmt.Sprintf("its ProxyJump goes through more than %d hosts", maxHops),
			Advice: "Look in ~/.ssh/config for a host that connects through itself."}
	}
	out, err := askSSH(ctx, h, r.opts)
	if err != nil {
		return nil, err
	}
	return r.target(ctx, h, parseConfig(out), depth)
}

// target makes the Target, with its Via.
func (r *resolver) target(ctx context.Context, h hop, c config, depth int) (*Target, error) {
	if c.wantsHash() {
		if out, err := askSSH(ctx, h, r.opts, "ControlPath="+hashMark+"%C"); err == nil {
			c.add(connectionHash, strings.TrimPrefix(parseConfig(out).first("controlpath"), hashMark))
		}
	}
	t, err := targetFrom(h, c, r.builtIn, r.opts.Program == "")
	if err != nil {
		return nil, err
	}
	if r.opts.Program != "" && depth == 0 {
		t.Program, t.ConfigFile = r.opts.Program, absoluteFile(r.opts.File)
	}
	if jump := c.named("proxyjump"); jump != "" {
		t.Route.ProxyCommand = ""
		t.Route.Via, err = r.jump(ctx, jump, depth)
	}
	return t, err
}

// absoluteFile makes a configuration file's name absolute, for programs in other folders.
func absoluteFile(name string) string {
	if name == "" || name == "none" {
		return name
	}
	if absolute, err := filepath.Abs(name); err == nil {
		return absolute
	}
	return name
}

// noProgram returns the error for an ssh program that is not installed.
func noProgram(h hop, program string, opts Options) error {
	f := &fault.Error{Code: fault.SSHConfig, Tried: "asking " + program + " how to reach " + h.name, Err: exec.ErrNotFound,
		Answer: "there is no program " + program + " on this computer", Advice: installSSH}
	if opts.Program != "" {
		f.Advice = "Install OpenSSH's client, or correct the setting ssh of the cluster."
	}
	return f
}

// jump turns "a,user@b:2200" into hops, last first: the last one is
// reached through those before it, whatever its own configuration says.
func (r *resolver) jump(ctx context.Context, jump string, depth int) (*Target, error) {
	rest, last := "", jump
	if i := strings.LastIndexByte(jump, ','); i >= 0 {
		rest, last = jump[:i], jump[i+1:]
	}
	h, err := parseHop(strings.TrimSpace(last))
	if err != nil {
		return nil, err
	}
	t, err := r.resolve(ctx, h, depth+1)
	if err != nil || rest == "" {
		return t, err
	}
	t.Route.ProxyCommand = ""
	t.Route.Via, err = r.jump(ctx, rest, depth+1)
	return t, err
}

// parseHop reads [ssh://][user@]host[:port].
func parseHop(text string) (hop, error) {
	bad := &fault.Error{Code: fault.SSHConfig, Tried: "reading ProxyJump",
		Answer: fmt.Sprintf("%q is not of the form user@host:port", bounded.Text(text, 200)), Advice: "Correct it in ~/.ssh/config."}
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

// checkHop rejects what could be taken for an option, or cannot be a name.
func checkHop(h hop) error {
	bad := func(what, value, advice string) error {
		return &fault.Error{Code: fault.BadRequest, Tried: "reading the " + what,
			Answer: fmt.Sprintf("%q cannot be a %s", bounded.Text(value, 80), what),
			Advice: "Enter it as for ssh: USER@HOST, or a Host from ~/.ssh/config." + advice}
	}
	if h.name == "" || len(h.name) > maxHostName || !plainWord(h.name) {
		return bad("host name", h.name, "")
	}
	if h.user != "" && !sshname.ValidUser(h.user) {
		return bad("user name", h.user, " If it really is your name there, "+userInFile)
	}
	return nil
}

// plainWord reports whether s has no spaces or control characters and does not
// begin with a dash.
func plainWord(s string) bool {
	return !strings.HasPrefix(s, "-") && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
}

// refusedName is what OpenSSH 10.6 says of a name with a backslash that is not from a file.
const refusedName = "remote username contains invalid characters"

// userInFile is the advice for a name that ssh takes only from a file.
const userInFile = "add it for the host to ~/.ssh/config (User), and leave it out here."

// askSSH runs `ssh -G`, with more options in the form of a file.
func askSSH(ctx context.Context, h hop, opts Options, more ...string) ([]byte, error) {
	program := cmp.Or(opts.sshG, opts.Program, openSSH())
	args := []string{"-G"}
	for _, option := range more {
		args = append(args, "-o", option)
	}
	if opts.File != "" {
		args = append(args, "-F", opts.File)
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
	// A file has all of the output when ssh has ended. A pipe may not be read by then on a busy computer, and what was
	// left behind can hold it.
	stdout, err := os.CreateTemp("", "sunpyter-ssh-")
	if err != nil {
		return nil, &fault.Error{Code: fault.LocalFile, Tried: "asking ssh for the configuration of " + h.name, Answer: err.Error(), Err: err,
			Advice: "Make room in the folder for temporary files, or name another one in TMPDIR."}
	}
	defer func() { _ = stdout.Close(); _ = os.Remove(stdout.Name()) }()
	stderr := &bounded.Head{Limit: 4 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = pipesHeld
	err = cmd.Run()
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // ssh itself has succeeded
		return io.ReadAll(io.NewSectionReader(stdout, 0, maxConfigOutput))
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return nil, noProgram(h, program, opts)
	case context.Cause(ctx) == context.Canceled:
		return nil, fault.ContextError(ctx, "asking ssh for the configuration of "+h.name)
	}
	answer := cmp.Or(bounded.Text(stderr.String(), 2000), err.Error())
	if ctx.Err() != nil {
		answer = "no answer within " + units.Duration(resolveTimeout)
	}
	file, option := "~/.ssh/config", ""
	if opts.File != "" {
		file, option = opts.File, "-F "+loginshell.Quote(opts.File)+" "
	}
	advice := "Try " + fault.Shell("ssh -G "+option+h.name) + " in a terminal and correct " + file + " until it prints no error."
	if h.user != "" && strings.Contains(answer, refusedName) {
		advice = "This ssh program takes such a user name from its configuration only: " + userInFile
	}
	return nil, &fault.Error{Code: fault.SSHConfig, Tried: "asking ssh for the configuration of " + h.name, Answer: answer, Advice: advice, Err: err}
}

// localUser returns the user's name on this computer.
func localUser() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username[strings.LastIndexByte(u.Username, '\\')+1:] // Windows: DOMAIN\name
}
