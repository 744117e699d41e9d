package slurm

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/base64"
	"errors"
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

//go:embed scripts/login.sh
var loginScript string

// LoginCommand makes a command line that runs script, a text of bash, in the
// environment of the user's login shell, whether that is bash, zsh, fish, tcsh,
// csh, dash or ksh: PATH and all that module needs are as after a login.
//
// The line is what sshd hands to `$SHELL -c`, so it is written in what all
// these shells read alike: one single-quoted word, free of quotes, backslashes,
// exclamation marks and line breaks. It execs bash, which execs the login shell,
// which execs bash again: no process and no file is left beside the script.
//
// The standard input is the script's own: the login files of bash, zsh, fish and
// dash find an empty one. Two cases cannot be guarded: tcsh, csh and ksh close
// what they inherit, and the files that a shell reads before any command
// (.bashrc under sshd, .zshenv, config.fish) run first. What startup
// files print comes before a marker line, see [StripNoise] and [SkipNoise];
// what they print on standard error cannot be told apart, so scripts frame
// their own errors on standard output.
//
// A startup file that hangs is not cut short: the deadline is the caller's. One
// that ends the shell means that the marker does not come.
//
// The script can be seen in the process list of the host while it starts: it
// must hold no secret.
func LoginCommand(script string) string {
	begin := "unset SUNPYTER_SCRIPT SUNPYTER_RUN\n" +
		"if { : <&9; } 2>/dev/null; then exec <&9 9<&-; fi\n" + sayMarker
	return bashCommand("SUNPYTER_SCRIPT=" + Quote(begin+script) + "\n" + loginScript)
}

// PlainCommand is LoginCommand without a login shell, whose startup files may take
// seconds: for scripts that need nothing of the user's environment but HOME, and no
// commands but those that every system has in its usual places.
func PlainCommand(script string) string { return bashCommand(sayMarker + script) }

const sayMarker = "printf '\\n%s%s\\n' " + markerHead + " " + markerTail + "\n"

// bashCommand makes a command line that has bash run text.
func bashCommand(text string) string {
	encoded := base64.StdEncoding.EncodeToString(packed(text))
	return `exec /bin/bash -c 'eval "$(echo ` + encoded + ` | base64 -d | gzip -dc || echo echo gzip does not work here)"'`
}

// StripNoise returns what a command of [LoginCommand] or [PlainCommand] printed itself: all that
// follows the marker line. Without a marker the error is a
// [fault.CommandFailed] that shows the last lines of what came instead.
func StripNoise(stdout []byte) (output []byte, err error) {
	r, err := SkipNoise(bytes.NewReader(stdout))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// SkipNoise reads up to the marker line and returns a reader of what follows. It
// gives up after 1 MiB with a [fault.CommandFailed]; an error of r other than
// its end is in the fault's chain.
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
		Advice: "Log in with ssh by hand and check that the shell starts; a startup file (.bashrc, .profile, .zshrc, .login, config.fish) may end it",
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
