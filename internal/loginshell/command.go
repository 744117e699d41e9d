package loginshell

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
)

// marker is the line after which a script's own output begins. The scripts
// print it in two pieces, so that a shell that shows what it runs does not
// print it by that.
const (
	marker     = markerHead + markerTail
	markerHead = "sunpyter"
	markerTail = ":output-begins"
)

// maxShown bounds what of it an error shows, in bytes.
const maxShown = 400

// maxNoise bounds what startup files may print before the marker, in bytes.
const maxNoise = 1 << 20

var (
	//go:embed scripts/login.sh
	loginScript string
	//go:embed scripts/neutral.sh
	neutralScript string
)

// Command returns a command line that runs script, a text of bash, with the
// variables that the user's login shell exports, whether that is bash, zsh, fish, tcsh,
// csh, dash or ksh: PATH and all that module needs are as after a login.
//
// sshd passes the line to `$SHELL -c`, so it is written in the syntax that all these shells
// share: one single-quoted word, free of quotes, backslashes, exclamation marks and line
// breaks. It execs a bash, which runs the login shell as a
// child, reads the variables from it and execs the bash that runs script. So the
// functions, aliases, options, traps, umask and limits of startup files do not
// reach script, and neither does the end of a shell that a file exits with status 0 or
// replaces (exec zsh). What a shell reads before any command (.bashrc under sshd,
// .zshenv, .cshrc, config.fish) runs first: bash -p and neutral.sh undo what of it a
// process inherits. A bash that sshd starts reads .bashrc even for a command, and with -p; --norc
// prevents that.
//
// The standard input goes to script: startup files get an empty one, except for those that
// are read first. What startup files print comes before a marker line, see [StripNoise]
// and [SkipNoise].
//
// There is no timeout for a startup file that hangs. After one that exits with another
// status there is no marker.
//
// The script can be seen in the process list of the host while it starts: it
// must have no secret.
func Command(script string) string {
	begin := "unset -v SUNPYTER_SCRIPT\n" + StripComments(neutralScript) + sayMarker
	return bashCommand(StripComments(neutralScript) + "sp_script=" + Quote(begin+script) + "\n" + StripComments(loginScript))
}

// NeutralScript begins a script that is run by bash -p other than through
// [Command] or [PlainCommand], so that it works as written whatever variables the
// user's files set.
func NeutralScript() string { return neutralScript }

// PlainCommand is Command without a login shell, whose startup files may take
// seconds: for scripts that need nothing of the user's environment but HOME, and no
// commands but those that every system has in its usual places.
func PlainCommand(script string) string {
	return bashCommand(StripComments(neutralScript) + sayMarker + script)
}

const sayMarker = "printf '\\n%s%s\\n' " + markerHead + " " + markerTail + "\n"

// bashCommand returns a command line that has bash run text.
func bashCommand(text string) string {
	encoded := base64.StdEncoding.EncodeToString(Pack(text))
	return `exec /bin/bash --norc -p -c 'eval "$(echo ` + encoded + ` | base64 -d | gzip -dc || echo echo gzip or base64 does not work here)"'`
}

// StripNoise returns what a command of [Command] or [PlainCommand] printed itself: all that
// follows the marker line. Without a marker the error is a [fault.CommandFailed] with the
// last lines of the output.
func StripNoise(stdout []byte) (output []byte, err error) {
	r, err := SkipNoise(bytes.NewReader(stdout))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// SkipNoise reads up to the marker line and returns a reader of what follows. It
// gives up after 1 MiB with a [fault.CommandFailed]; an error of r other than io.EOF is in
// its chain.
func SkipNoise(r io.Reader) (*bufio.Reader, error) {
	br := bufio.NewReader(r)
	noise := bounded.Tail{Limit: 2 * maxShown}
	for total := 0; total <= maxNoise; {
		line, err := br.ReadSlice('\n')
		total += len(line)
		if err == nil && string(bytes.TrimRight(line, "\r\n")) == marker {
			return br, nil
		}
		_, _ = noise.Write(line)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, noMarker(bounded.End(noise.String(), maxShown), err)
		}
	}
	return nil, noMarker(bounded.End(noise.String(), maxShown), errors.New("more than 1 MiB of output from startup files"))
}

func noMarker(noise string, cause error) error {
	if fault.Is(cause, fault.CommandFailed) { // it was not even begun
		return cause
	}
	answer := "the login shell ended before our command ran"
	if noise != "" {
		answer += "; it printed: " + noise
	}
	return &fault.Error{
		Code: fault.CommandFailed, Tried: "running a command on the login node in your login shell",
		Answer: answer, Err: cause,
		Advice: "Log in with ssh by hand and check that the shell starts; a startup file (.bashrc, .profile, .zshrc, .login, config.fish) may end or restrict it: " +
			"look there for exit, exec, set -n, set -r and a PATH without /usr/bin",
	}
}

// Pack returns text for gzip -d at the far end. What is sent at once on a connection that
// was quiet is little (ten packets, and some systems space those out over the round
// trip), and our scripts are mostly comments and names.
func Pack(text string) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write([]byte(text))                          // nor does a buffer fail
	_ = w.Close()
	return b.Bytes()
}

// StripComments returns a script without the lines that are comments. No line of a quoted
// text or a here-document in it may begin with "#".
func StripComments(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(strings.TrimLeft(line, " "), "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}
