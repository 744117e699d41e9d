package loginshell

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
)

// noisy prints without a line's end, so that the marker has to begin a new line.
const noisy = "echo 'Welcome! Your quota is 3%% of 10 GiB'\nprintf 'no line end> '\necho 'error noise' >/dev/stderr\n"

// loginAs runs Command(script) as sshd would, for a user with this login
// shell and home.
func loginAs(t *testing.T, shell, home, script, stdin string) (stdout, stderr string) {
	t.Helper()
	return shelltest.Run(t, shell, home, Command(script), stdin)
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

func TestCommand(t *testing.T) {
	const script = `printf 'word=%s\n' "$LOGIN_WORD"; printf 'left=%s\n' "${SUNPYTER_SCRIPT-none}"
read -r line; printf 'line=%s\n' "$line"; cat
printf 'shell=%s\n' "$BASH" '!a\b'"'" "$(ls /proc/self/fd | tr '\n' ' ')"`
	for _, shell := range shelltest.Shells {
		t.Run(shell.Name, func(t *testing.T) {
			home := noisyHome(t, shell.Set, shell.Files, "")
			stdin := "first 'line'\n" + strings.Repeat("more\x00bytes\n", 1000)
			out, errs := loginAs(t, shell.Name, home, script, stdin)
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
func TestCommandStdinIsGuarded(t *testing.T) {
	for _, shell := range shelltest.Shells {
		if shell.Name == "fish" {
			continue // it reads its file before the command
		}
		t.Run(shell.Name, func(t *testing.T) {
			home := noisyHome(t, shell.Set, shell.Files, "cat >/dev/null")
			out, errs := loginAs(t, shell.Name, home, "cat", "kept\n")
			if got, err := StripNoise([]byte(out)); err != nil || string(got) != "kept\n" {
				t.Errorf("got %q, %v; stderr %q", got, err, errs)
			}
		})
	}
}

// A startup file that redirects or closes the output does not hide the variables.
func TestCommandOutputElsewhere(t *testing.T) {
	for _, shell := range shelltest.Shells[:3] { // fish and csh cannot do so
		for _, line := range []string{"exec >/dev/null 2>&1", "exec <&- >&- 2>&-", "exec 9>/dev/null >&9"} {
			t.Run(shell.Name+" "+line, func(t *testing.T) {
				home := noisyHome(t, shell.Set, shell.Files, line)
				out, errs := loginAs(t, shell.Name, home, `echo "$LOGIN_WORD"; ls /proc/self/fd`, "")
				got, err := StripNoise([]byte(out))
				if err != nil || !strings.HasPrefix(string(got), "from-login\n") || strings.Contains(string(got), "47\n") {
					t.Errorf("got %q, %v; stderr %q", got, err, errs)
				}
			})
		}
	}
}

// A bash that sshd starts reads .bashrc before the command; nothing of it reaches a script.
func TestCommandsWithoutBashrc(t *testing.T) {
	home := noisyHome(t, "export %s=%s", []string{".bashrc"}, `cat() { echo mine; }; printf() { echo mine; }; false() { exit 9; }
export -f cat
trap 'echo trapped' EXIT
shopt -s failglob
set -euo pipefail`)
	const script = `echo "$not_set_anywhere" *.none; false; printf 'yes\n' | cat`
	for name, command := range map[string]string{"plain": PlainCommand(script), "login": Command(script)} {
		cmd := exec.Command("/bin/bash", "-c", command)
		cmd.Env = []string{"SHELL=/bin/bash", "HOME=" + home, "USER=alice", "PATH=/usr/bin:/bin", "SSH_CLIENT=192.0.2.1 1 22"}
		cmd.Dir = home
		out, err := cmd.Output()
		if got, noMarker := StripNoise(out); err != nil || noMarker != nil || string(got) != " *.none\nyes\n" {
			t.Errorf("%s: got %q, %v, %v", name, got, err, noMarker)
		}
	}
}

func TestCommandFailingStartup(t *testing.T) {
	t.Run("ends the shell", func(t *testing.T) {
		home := noisyHome(t, shelltest.Shells[0].Set, shelltest.Shells[0].Files, "echo 'this account is closed'; exit 3")
		out, _ := loginAs(t, "bash", home, "echo no", "")
		_, err := StripNoise([]byte(out))
		if !fault.Is(err, fault.CommandFailed) || !strings.Contains(err.Error(), "this account is closed") {
			t.Errorf("err = %v", err)
		}
	})
	for _, line := range []string{"set -n", "set -r"} {
		t.Run(line, func(t *testing.T) {
			home := noisyHome(t, shelltest.Shells[0].Set, shelltest.Shells[0].Files, line)
			out, _ := loginAs(t, "bash", home, "echo no", "")
			_, err := StripNoise([]byte(out))
			if !fault.Is(err, fault.CommandFailed) || !strings.Contains(fault.As(err).Advice, line) {
				t.Errorf("err = %v", err)
			}
		})
	}
	t.Run("aliases of keywords", func(t *testing.T) {
		home := noisyHome(t, shelltest.Shells[0].Set, shelltest.Shells[0].Files, "shopt -s expand_aliases; alias if=false for=false do=false exit=false {=false; exit 0")
		out, errs := loginAs(t, "bash", home, "echo yes", "")
		if got, err := StripNoise([]byte(out)); err != nil || string(got) != "yes\n" {
			t.Errorf("got %q, %v; stderr %q", got, err, errs)
		}
	})
	t.Run("an error in .login is survived", func(t *testing.T) {
		home := noisyHome(t, shelltest.Shells[4].Set, shelltest.Shells[4].Files, "echo $no_such_variable")
		out, errs := loginAs(t, "tcsh", home, "echo yes", "")
		if got, err := StripNoise([]byte(out)); err != nil || string(got) != "yes\n" {
			t.Errorf("got %q, %v; stderr %q", got, err, errs)
		}
	})
	t.Run("flags of the caller", func(t *testing.T) {
		home := noisyHome(t, shelltest.Shells[0].Set, shelltest.Shells[0].Files, "set -x; set -v")
		out, errs := loginAs(t, "bash", home, "echo yes", "")
		if got, err := StripNoise([]byte(out)); err != nil || string(got) != "yes\n" {
			t.Errorf("got %q, %v; stderr %q", got, err, errs)
		}
	})
}

func TestCommandWithoutGzip(t *testing.T) {
	bin := t.TempDir()
	path, err := exec.LookPath("base64")
	if err == nil {
		err = os.Symlink(path, filepath.Join(bin, "base64"))
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/bash", "-c", Command("echo yes"))
	cmd.Env = []string{"PATH=" + bin, "HOME=" + bin}
	out, _ := cmd.Output()
	if _, err := StripNoise(out); err == nil || !strings.Contains(err.Error(), "gzip or base64 does not work here") || !strings.Contains(err.Error(), "a PATH without /usr/bin") {
		t.Errorf("err = %v, stdout %q", err, out)
	}
}

func TestCommandIsPlain(t *testing.T) {
	command := Command("echo '!' \\ \n\x01é")
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
