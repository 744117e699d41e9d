package slurm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
)

// shells are the login shells that sites have, with a startup file that each reads.
var shells = []struct {
	name, set string
	files     []string
}{
	{"bash", "export %s=%s", []string{".bash_profile"}},
	{"zsh", "export %s=%s", []string{".zprofile"}},
	{"dash", "export %s=%s", []string{".profile"}},
	{"fish", "set -gx %s %s", []string{".config/fish/config.fish"}},
	{"tcsh", "setenv %s %s", []string{".login"}},
}

// noisy prints without a line's end, so that the marker has to begin a new line.
const noisy = "echo 'Welcome! Your quota is 3%% of 10 GiB'\nprintf 'no line end> '\necho 'error noise' >/dev/stderr\n"

// loginAs runs LoginCommand(script) as sshd would, for a user with this login
// shell and home.
func loginAs(t *testing.T, shell, home, script, stdin string) (stdout, stderr string) {
	t.Helper()
	path := shellPath(t, shell)
	ctx, cancel := context.WithTimeout(t.Context(), pace.Limit(time.Minute))
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-c", LoginCommand(script))
	cmd.Env = []string{"SHELL=" + path, "HOME=" + home, "USER=alice", "PATH=/usr/bin:/bin"}
	cmd.Dir = home
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Logf("%s: %v", shell, err)
	}
	return out.String(), errs.String()
}

func shellPath(t *testing.T, shell string) string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("%s is not installed on this machine", shell)
	}
	return path
}

// noisyHome returns a home whose login file sets LOGIN_WORD and prints.
func noisyHome(t *testing.T, set string, files []string, more string) string {
	t.Helper()
	home := t.TempDir()
	for _, name := range files {
		file := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(strings.Replace(set, "%s", "LOGIN_WORD", 1), "%s", "from-login", 1) + "\n" +
			strings.ReplaceAll(noisy, "%%", "%") + more + "\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func TestLoginCommand(t *testing.T) {
	const script = `printf 'word=%s\n' "$LOGIN_WORD"; printf 'left=%s\n' "${SUNPYTER_SCRIPT-none}"
read -r line; printf 'line=%s\n' "$line"; cat
printf 'shell=%s\n' "$BASH" '!a\b'"'" "$(ls /proc/self/fd | tr '\n' ' ')"`
	for _, shell := range shells {
		t.Run(shell.name, func(t *testing.T) {
			home := noisyHome(t, shell.set, shell.files, "")
			stdin := "first 'line'\n" + strings.Repeat("more\x00bytes\n", 1000)
			out, errs := loginAs(t, shell.name, home, script, stdin)
			got, err := StripNoise([]byte(out))
			if err != nil {
				t.Fatalf("%v\nstdout %q\nstderr %q", err, out, errs)
			}
			want := "word=from-login\nleft=none\nline=first 'line'\n" + strings.Repeat("more\x00bytes\n", 1000) +
				"shell=/bin/bash\nshell=!a\\b'\nshell="
			if !strings.HasPrefix(string(got), want) {
				t.Errorf("got  %.300q\nwant %.300q\nstderr %q", got, want, errs)
			}
			if fds := strings.TrimPrefix(string(got), want); strings.Contains(" "+fds, " 9 ") {
				t.Errorf("descriptor 9 is left open: %s", fds)
			}
			if !strings.Contains(out[:len(out)-len(got)], "Welcome!") {
				t.Errorf("the noise is not before the marker: %.200q", out)
			}
		})
	}
}

// A startup file that reads its input must not eat the conversation.
func TestLoginCommandStdinIsGuarded(t *testing.T) {
	for _, shell := range shells {
		if shell.name == "fish" {
			continue // it reads its file before the command
		}
		t.Run(shell.name, func(t *testing.T) {
			home := noisyHome(t, shell.set, shell.files, "cat >/dev/null")
			out, errs := loginAs(t, shell.name, home, "cat", "kept\n")
			if got, err := StripNoise([]byte(out)); err != nil || string(got) != "kept\n" {
				t.Errorf("got %q, %v; stderr %q", got, err, errs)
			}
		})
	}
}

// A startup file that redirects or closes the output does not hide the variables.
func TestLoginCommandOutputElsewhere(t *testing.T) {
	for _, shell := range shells[:3] { // fish and csh cannot do so
		for _, line := range []string{"exec >/dev/null 2>&1", "exec <&- >&- 2>&-", "exec 9>/dev/null >&9"} {
			t.Run(shell.name+" "+line, func(t *testing.T) {
				home := noisyHome(t, shell.set, shell.files, line)
				out, errs := loginAs(t, shell.name, home, `echo "$LOGIN_WORD"; ls /proc/self/fd`, "")
				got, err := StripNoise([]byte(out))
				if err != nil || !strings.HasPrefix(string(got), "from-login\n") || strings.Contains(string(got), "47\n") {
					t.Errorf("got %q, %v; stderr %q", got, err, errs)
				}
			})
		}
	}
}

func TestLoginCommandFailingStartup(t *testing.T) {
	t.Run("ends the shell", func(t *testing.T) {
		home := noisyHome(t, shells[0].set, shells[0].files, "echo 'this account is closed'; exit 3")
		out, _ := loginAs(t, "bash", home, "echo no", "")
		_, err := StripNoise([]byte(out))
		if !fault.Is(err, fault.CommandFailed) || !strings.Contains(err.Error(), "this account is closed") {
			t.Errorf("err = %v", err)
		}
	})
	for _, line := range []string{"set -n", "set -r"} {
		t.Run(line, func(t *testing.T) {
			home := noisyHome(t, shells[0].set, shells[0].files, line)
			out, _ := loginAs(t, "bash", home, "echo no", "")
			_, err := StripNoise([]byte(out))
			if !fault.Is(err, fault.CommandFailed) || !strings.Contains(fault.As(err).Advice, line) {
				t.Errorf("err = %v", err)
			}
		})
	}
	t.Run("aliases of keywords", func(t *testing.T) {
		home := noisyHome(t, shells[0].set, shells[0].files, "shopt -s expand_aliases; alias if=false for=false do=false exit=false {=false; exit 0")
		out, errs := loginAs(t, "bash", home, "echo yes", "")
		if got, err := StripNoise([]byte(out)); err != nil || string(got) != "yes\n" {
			t.Errorf("got %q, %v; stderr %q", got, err, errs)
		}
	})
	t.Run("an error in .login is survived", func(t *testing.T) {
		home := noisyHome(t, shells[4].set, shells[4].files, "echo $no_such_variable")
		out, errs := loginAs(t, "tcsh", home, "echo yes", "")
		if got, err := StripNoise([]byte(out)); err != nil || string(got) != "yes\n" {
			t.Errorf("got %q, %v; stderr %q", got, err, errs)
		}
	})
	t.Run("flags of the caller", func(t *testing.T) {
		home := noisyHome(t, shells[0].set, shells[0].files, "set -x; set -v")
		out, errs := loginAs(t, "bash", home, "echo yes", "")
		if got, err := StripNoise([]byte(out)); err != nil || string(got) != "yes\n" {
			t.Errorf("got %q, %v; stderr %q", got, err, errs)
		}
	})
}

func TestLoginCommandWithoutGzip(t *testing.T) {
	bin := t.TempDir()
	path, err := exec.LookPath("base64")
	if err == nil {
		err = os.Symlink(path, filepath.Join(bin, "base64"))
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/bash", "-c", LoginCommand("echo yes"))
	cmd.Env = []string{"PATH=" + bin, "HOME=" + bin}
	out, _ := cmd.Output()
	if _, err := StripNoise(out); err == nil || !strings.Contains(err.Error(), "gzip does not work here") {
		t.Errorf("err = %v, stdout %q", err, out)
	}
}

func TestLoginCommandIsPlain(t *testing.T) {
	command := LoginCommand("echo '!' \\ \n\x01é")
	if strings.Count(command, "'") != 2 || strings.ContainsAny(command, "!\\\n") {
		t.Errorf("not for every shell: %s", command)
	}
}

func TestSkipNoise(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"nothing before", "\n" + marker + "\nout", "out"},
		{"carriage return", "hi\r\n" + marker + "\r\nout\n", "out\n"},
		{"the marker within a line is noise", "x" + marker + "\n" + marker + "y\n" + marker + "\nout", "out"},
		{"only the first counts", marker + "\n" + marker + "\n", marker + "\n"},
		{"long line", strings.Repeat("x", 100_000) + "\n" + marker + "\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := StripNoise([]byte(test.in)); err != nil || string(got) != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	endless := io.MultiReader(strings.NewReader(strings.Repeat("noise\n", maxNoise/6+10)), failing{})
	if _, err := SkipNoise(endless); !fault.Is(err, fault.CommandFailed) || !strings.Contains(errors.Unwrap(err).Error(), "1 MiB") {
		t.Errorf("endless noise: %v", err)
	}
	if _, err := SkipNoise(failing{}); !errors.Is(err, errFailing) {
		t.Errorf("a reader's error is lost: %v", err)
	}
}

var errFailing = errors.New("failing reader")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFailing }

func FuzzStripNoise(f *testing.F) {
	f.Add([]byte("hello\n" + marker + "\nout"))
	f.Add([]byte(marker))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := StripNoise(in)
		if (err == nil) == fault.Is(err, fault.CommandFailed) {
			t.Fatalf("err = %v", err)
		}
		if err == nil && !bytes.HasSuffix(in, append([]byte("\n"), out...)) {
			t.Fatalf("%q is not the end of %q", out, in)
		}
	})
}
