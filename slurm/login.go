package slurm

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// marker is the line after which a script's own output begins. The scripts
// print it in two pieces, so that a shell that shows what it runs does not
// print it by that.
const (
	marker     = markerHead + markerTail
	markerHead = "sunpyter"
	markerTail = ":output-begins"
)

// maxNoise bounds what startup files may print before the marker, in bytes.
const maxNoise = 1 << 20

var (
	//go:embed scripts/login.sh
	loginScript string
	//go:embed scripts/neutral.sh
	neutralScript string
)

// LoginCommand returns a command line that runs script, a text of bash, with the
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
// process inherits.
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
func LoginCommand(script string) string {
	begin := "unset -v SUNPYTER_SCRIPT\n" + StripComments(neutralScript) + sayMarker
	return bashCommand(StripComments(neutralScript) + "sp_script=" + Quote(begin+script) + "\n" + StripComments(loginScript))
}

// NeutralScript begins a script that is run by bash -p other than through
// [LoginCommand] or [PlainCommand], so that it works as written whatever variables the
// user's files set.
func NeutralScript() string { return neutralScript }

// PlainCommand is LoginCommand without a login shell, whose startup files may take
// seconds: for scripts that need nothing of the user's environment but HOME, and no
// commands but those that every system has in its usual places.
func PlainCommand(script string) string {
	return bashCommand(StripComments(neutralScript) + sayMarker + script)
}

const sayMarker = "printf '\\n%s%s\\n' " + markerHead + " " + markerTail + "\n"

// bashCommand returns a command line that has bash run text.
func bashCommand(text string) string {
	encoded := base64.StdEncoding.EncodeToString(packed(text))
	return `exec /bin/bash -p -c 'eval "$(echo ` + encoded + ` | base64 -d | gzip -dc || echo echo gzip does not work here)"'`
}

// StripNoise returns what a command of [LoginCommand] or [PlainCommand] printed itself: all that
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
	var noise tail
	for total := 0; total <= maxNoise; {
		line, err := br.ReadSlice('\n')
		total += len(line)
		if err == nil && string(bytes.TrimRight(line, "\r\n")) == marker {
			return br, nil
		}
		noise.add(line)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, noMarker(noise.String(), err)
		}
	}
	return nil, noMarker(noise.String(), errors.New("more than 1 MiB of output from startup files"))
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
			"look there for exit, exec, set -n and set -r",
	}
}

// tail keeps the end of a text.
type tail struct{ buf []byte }

const tailBytes = 400

func (t *tail) add(p []byte) {
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*tailBytes {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailBytes:]...)
	}
}

// String returns the end of the text as one printable line.
func (t *tail) String() string { return lastWords(string(t.buf)) }

// lastWords makes the end of a text one printable line of at most tailBytes.
func lastWords(s string) string {
	s = printable(s)
	if len(s) > tailBytes {
		s = "..." + strings.ToValidUTF8(s[len(s)-tailBytes:], "")
	}
	return s
}

//go:embed scripts/step.sh
var stepScript string

// StepCommand returns a command line for the login node that runs command, a bash script, in
// a running job: as a step on one CPU that it shares with the job, with the job's memory and
// without its GPUs. Input and output are those of command, after the marker (see
// [SkipNoise]), and so is the exit status. srun ends within 10 s if Slurm does not let the
// step begin, and makes two scheduler calls: for the job, and for the step.
func StepCommand(jobID, command string) string {
	return LoginCommand(stepText(jobID, command))
}

// stepText returns its script.
func stepText(jobID, command string) string {
	number, cluster := splitID(jobID)
	return fmt.Sprintf("%ssp_job=%s\nsp_clusters=%s\nsp_command=%s\n%s", commonScript, Quote(number), Quote(cluster), Quote(command), stepScript)
}
