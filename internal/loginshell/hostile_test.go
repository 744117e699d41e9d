package loginshell

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// hostileFiles are login files, as users have them, that change how a shell works.
var hostileFiles = map[string]string{
	"functions": `cd() { builtin cd "$1"; ls -ACF; }
rm() { mkdir -p ~/.trash; mv "$@" ~/.trash/; }
printf() { echo mine; }; read() { echo mine; }; cat() { echo mine; }; exec() { echo mine; }; command() { echo mine; }
ls() { echo mine; }; mapfile() { echo mine; }`,
	"exported functions": "rm() { echo mine; }; printf() { echo mine; }; cd() { echo mine; }; read() { :; }\nexport -f rm printf cd read",
	"options":            "set -f -u -o noclobber -o pipefail; shopt -s failglob nocaseglob nocasematch; shopt -u sourcepath; set +B",
	"exported options":   "set -f; shopt -s failglob; export SHELLOPTS BASHOPTS",
	"set -x -v":          "set -x -v",
	"traps":              "trap 'echo trapped' EXIT; trap 'echo trapped' DEBUG; trap '' TERM HUP PIPE; shopt -s extdebug",
	"BASH_ENV":           "echo 'rm() { echo mine; }; set -f; echo from-bash-env' >~/.bashenv; export BASH_ENV=~/.bashenv ENV=~/.bashenv",
	"variables":          "export IFS=: CDPATH=/usr GLOBIGNORE='*' POSIXLY_CORRECT=1 TMOUT=1 FUNCNEST=1 PROMPT_COMMAND='echo mine' BASH_COMPAT=3.1 EXECIGNORE='*/ls'",
	"readonly":           "declare -rx TMOUT=1; readonly script=1 line=1 folder=1 sp_script=1 sp_pair=1",
	"umask and limits":   "umask 777; ulimit -f 0; ulimit -n 12; ulimit -v 100000",
	"directory":          "cd /usr; set -- a b c",
	"background":         "sleep 60 & (sleep 60; echo late) &",
	"exit 0":             "export AFTER=1; exit 0\nexport LOGIN_WORD=too-late",
	"exec zsh":           "exec zsh",
	"exec zsh -l":        "exec zsh -l",
	"exec tcsh":          "exec tcsh",
	"aliases":            "shopt -s expand_aliases; alias exec=echo printf=echo rm='rm -i' cd=echo",
}

// TestCommandIsFreeOfTheLoginFiles: their variables arrive, and nothing else changes how
// the shell works.
func TestCommandIsFreeOfTheLoginFiles(t *testing.T) {
	const script = `printf 'word=%s\n' "$LOGIN_WORD"
type -t rm cd printf read cat
cd /usr && echo "$PWD"; cd - >/dev/null; cd lo* 2>/dev/null || echo no-such-glob
shopt -q failglob || echo ok; echo "${-//[^fuxvC]/}"; umask; trap -p EXIT DEBUG TERM
read -r line; echo "line=$line $#"; echo old >file; echo new >file; ls; command rm file; ls
f() { g; }; g() { echo nested; }; f; [[ a = A ]] || echo case; v='a b'; for w in $v; do echo "$w"; done
sh -c "trap" | grep -c TERM`
	const want = "word=from-login\nfile\nbuiltin\nbuiltin\nbuiltin\nfile\n/usr\nno-such-glob\nok\n\n0022\nline=first 0\nfile\nnested\ncase\na\nb\n0\n"
	for name, text := range hostileFiles {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "exec ") {
				shelltest.Path(t, strings.Fields(name)[1])
			}
			home := t.TempDir()
			testprogram.Write(t, filepath.Join(home, ".bash_profile"), "export LOGIN_WORD=from-login\n"+text+"\n")
			out, errs := loginAs(t, "bash", filepath.Join(home), "umask 0022\n"+script, "first\n")
			got, err := StripNoise([]byte(out))
			if err != nil || string(got) != want {
				t.Errorf("%v\ngot  %q\nwant %q\nstderr %q", err, got, want, errs)
			}
		})
	}
}

// TestExportedFunctionsReachTheJob: sbatch takes the environment of our script to the job,
// where `module` may be such a function.
func TestExportedFunctionsReachTheJob(t *testing.T) {
	home := t.TempDir()
	testprogram.Write(t, filepath.Join(home, ".bash_profile"), "module() { echo \"module $1\"; }; rm() { echo mine; }; my-tool() { :; }\nexport -f module rm my-tool; export ODD=$'a\\nb\\xff='\n")
	out, errs := loginAs(t, "bash", home, `type -t module; type -t rm; /bin/bash -c 'module load; rm; printf %s "$ODD"'`, "")
	if got, err := StripNoise([]byte(out)); err != nil || string(got) != "file\nmodule load\nmine\na\nb\xff=" {
		t.Errorf("%v: %q; stderr %q", err, got, errs)
	}
}

// TestScriptsAreFreeOfTheOuterShell: the shell that sshd starts may have read .bashrc, also
// for a script without a login shell.
func TestScriptsAreFreeOfTheOuterShell(t *testing.T) {
	home := t.TempDir()
	testprogram.Write(t, filepath.Join(home, "env"), "echo from-bash-env\nset -f\n")
	for name, command := range map[string]string{"plain": PlainCommand("echo *; type -t rm; read -r line; echo \"$line\"; echo < <(:)"), "login": Command("cd; echo *; type -t rm; read -r line; echo \"$line\"; echo < <(:)")} {
		cmd := exec.CommandContext(t.Context(), "/bin/bash", "-c", command)
		cmd.Dir, cmd.Stdin = home, strings.NewReader("x\n")
		cmd.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin", "SHELL=/bin/bash", "BASH_ENV=" + home + "/env", "POSIXLY_CORRECT=1", "SHELLOPTS=noglob",
			"BASHOPTS=failglob", "BASH_FUNC_rm%%=() { echo mine; }", "BASH_FUNC_read%%=() { echo mine; }"}
		out, err := cmd.CombinedOutput()
		got, noMarker := StripNoise(out)
		if err != nil || noMarker != nil || string(got) != "env\nfile\nx\n\n" {
			t.Errorf("%s: %v, %v: %q of %q", name, err, noMarker, got, out)
		}
	}
}
