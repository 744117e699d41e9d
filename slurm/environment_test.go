package slurm

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// runEnvironment runs the set-up in a bash script as a job would, with more
// lines after it, and returns what it printed; a failure is the line "FAIL ...".
func runEnvironment(t *testing.T, home, flags string, e Environment, after string) string {
	t.Helper()
	if err := (Request{Environment: e}).Validate(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := "#!/bin/bash\n" + flags + "\nsunpyter_dir=" + loginshell.Quote(dir) + "\nsunpyter_fail() { printf 'FAIL %s|%s\\n' \"$1\" \"$2\"; sunpyter_step=; exit 9; }\n" +
		"trap 'if [ -n \"${sunpyter_step-}\" ]; then echo \"EXIT $sunpyter_step\"; fi' EXIT\n" + e.Script() + after + "\n"
	cmd := exec.Command("/bin/bash", "-s")
	cmd.Stdin = strings.NewReader(script)
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "USER=alice", "PATH=/usr/bin:/bin", "TMPDIR=/does-not-exist", "MODULESHOME=" + filepath.Join(home, "modules")}
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "FAIL") && !strings.Contains(string(out), "EXIT") {
		t.Errorf("%v: %s", err, out)
	}
	return string(out)
}

// softwareHome returns a home with a module command, a conda and a virtual environment that
// behave as real ones do, also with variables that -u would not accept.
func softwareHome(t *testing.T) string {
	home := t.TempDir()
	testprogram.Write(t, filepath.Join(home, "modules/init/bash"), `
: $NOT_SET_ANYWHERE
module() {
  case $2 in
    good/*) export LOADED="$LOADED:$2"; echo "loading $2" >&2 ;;
    old/*) echo "ModuleCmd_Load.c(213):ERROR:105: Unable to locate a modulefile for '$2'" >&2 ;;
    conda/*) PATH=$HOME/conda/bin:$PATH ;;
    *) printf 'Lmod has detected the following error:\n  The following module(s) are unknown: "%s"\n' "$2" >&2; return 1 ;;
  esac
}
`)
	testprogram.Write(t, filepath.Join(home, "conda/bin/conda"), `#!/bin/bash
[ "$1 $2" = "shell.bash hook" ] || exit 1
cat <<'E'
: $NOT_SET_ANYWHERE
conda() { if [ "$2" = missing ]; then echo "EnvironmentNameNotFound: Could not find conda environment: $2" >&2; return 1; fi; export CONDA_PREFIX="$2"; }
E
`)
	testprogram.Write(t, filepath.Join(home, "my venv/bin/activate"), "export VIRTUAL_ENV=yes\n")
	return home
}

func TestEnvironmentScript(t *testing.T) {
	home := softwareHome(t)
	all := Environment{
		Modules: []string{"good/1", "good/2", "conda/1"}, Conda: "~/envs/x y", Venv: "$HOME/my venv",
		Setup:     []string{"greet() { echo \"hello $1\"; }", "set -eu", "declare -A table; table[a]=b", "cd /; x='a\nb'"},
		Variables: map[string]string{"A": "$(id) 'q' !\nnew", "B": ""},
	}
	after := `printf '%s\n' "$LOADED" "$CONDA_PREFIX" "$VIRTUAL_ENV" "$A" "$PWD" "${table[a]}" "$x" "${sunpyter_step}$(compgen -v sunpyter_ | grep -v sunpyter_dir | tr '\n' ' ')"; greet you; echo "$-"; echo ${NOT_SET_ANYWHERE-}`
	for _, flags := range []string{":", "set -e", "set -eu", "set -euo pipefail"} {
		t.Run(flags, func(t *testing.T) {
			out := runEnvironment(t, home, flags, all, after)
			want := "loading good/1\nloading good/2\n:good/1:good/2\n" + home + "/envs/x y\nyes\n$(id) 'q' !\nnew\n/\nb\na\nb\nsunpyter_step \nhello you\n"
			if !strings.HasPrefix(out, want) {
				t.Fatalf("got  %q\nwant %q", out, want)
			}
			got := strings.TrimSpace(strings.TrimPrefix(out, want))
			if strings.Contains(got, "e") != strings.Contains(flags, "-e") || strings.Contains(got, "u") != strings.Contains(flags, "-eu") {
				t.Errorf("flags after %q: %q", flags, got)
			}
		})
	}
}

// TestChosenEnvironment: it is activated without its program if Jupyter is in it. Names and
// options of the user's shell do no harm.
func TestChosenEnvironment(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"venv/bin/python3", "co nda/bin/python", "co nda/conda-meta/history"} {
		testprogram.Write(t, filepath.Join(home, name), "")
	}
	testprogram.Write(t, filepath.Join(home, "co nda/etc/conda/activate.d/2.sh"), "export ORDER=$ORDER:two\n")
	testprogram.Write(t, filepath.Join(home, "co nda/etc/conda/activate.d/1.sh"), "export ORDER=one\n")
	const after = `printf '%s\n' "$CONDA_PREFIX,$CONDA_DEFAULT_ENV,$ORDER,$VIRTUAL_ENV,${PYTHONHOME-none}" "${PATH%%:*}"`
	chosen := func(path string, jupyter bool) Environment {
		return Environment{Name: "x", Chosen: Chosen{Path: path, Title: "x", Jupyter: jupyter}}
	}
	for _, row := range []struct {
		name, want string
		e          Environment
	}{
		{"conda", home + "/co nda,co nda,one:two,,none\n" + home + "/co nda/bin\n", chosen(home+"/co nda", true)},
		{"venv", ",,," + home + "/venv,none\n" + home + "/venv/bin\n", chosen(home+"/venv", true)},
		{"without Jupyter", ",,,,/old\n/usr/bin\n", chosen(home+"/venv", false)},
		{"gone", "FAIL environment-failed|environment x: there is no Python in it on ", chosen(home+"/gone", true)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if out := runEnvironment(t, home, "export PYTHONHOME=/old; set -eu; shopt -s failglob; unset CONDA_PREFIX", row.e, "set +u\n"+after); !strings.Contains(out, row.want) {
				t.Errorf("got  %q\nwant %q", out, row.want)
			}
		})
	}
}

// Set-up lines have the aliases of the login files, and those of earlier lines.
func TestEnvironmentAliases(t *testing.T) {
	own := Environment{Setup: []string{"shopt -s expand_aliases; alias ho='echo ho'", "ho", "shopt -q expand_aliases"}, Variables: map[string]string{"A": "1"}}
	theirs := Environment{Setup: []string{"hi"}, Modules: []string{"good/1"}, Variables: map[string]string{"A": "1"}}
	home := softwareHome(t)
	if out := runEnvironment(t, home, "", own, "echo end"); out != "ho\nend\n" {
		t.Errorf("their own: %q", out)
	}
	const aliases = "alias hi='echo hi' if=false for=false case=false {=false export=false\nsunpyter_aliases=-s\n"
	if out := runEnvironment(t, home, aliases, theirs, `echo "$A $LOADED"`); !strings.HasSuffix(out, "hi\n1 :good/1\n") {
		t.Errorf("those of the login files: %q", out)
	}
}

func TestEnvironmentFailures(t *testing.T) {
	home := softwareHome(t)
	for _, test := range []struct {
		name string
		e    Environment
		want string
	}{
		{"module", Environment{Modules: []string{"good/1", "nosuch/1"}}, `FAIL environment-failed|module load nosuch/1: Lmod has detected the following error: The following module(s) are unknown: "nosuch/1" `},
		{"old module", Environment{Modules: []string{"old/1"}}, "FAIL environment-failed|module load old/1: ModuleCmd_Load.c(213):ERROR:105: Unable to locate a modulefile for 'old/1' "},
		{"no conda", Environment{Conda: "x"}, "FAIL environment-failed|looking for conda: conda is not found: name a module that has it "},
		{"conda", Environment{Modules: []string{"conda/1"}, Conda: "missing"}, "FAIL environment-failed|conda activate missing: EnvironmentNameNotFound: Could not find conda environment: missing "},
		{"venv", Environment{Venv: "~/none"}, "FAIL environment-failed|virtual environment ~/none: there is no bin/activate in it "},
		{"setup", Environment{Setup: []string{"true", "ls /does-not-exist"}}, "FAIL environment-failed|set-up line ls /does-not-exist: ls: cannot access '/does-not-exist': No such file or directory "},
		{"setup syntax", Environment{Setup: []string{"if then"}}, "FAIL environment-failed|set-up line if then: /bin/bash: eval: line "},
		{"what Lmod adds", Environment{Setup: []string{`printf 'Cannot load module "b/1" because these module(s) are\nloaded:\n   a\n\nWhile processing the following module(s):\n    Module fullname  Module Filename\n    ---------------  ---------------\n    b/1  /m/b/1\n\n' >&2; false`}}, `because these module(s) are loaded: a ` + "\n"},
		{"setup silent", Environment{Setup: []string{"false"}}, "FAIL environment-failed|set-up line false: \n"},
		{"setup exits", Environment{Setup: []string{"exit 4"}}, "EXIT set-up line exit 4\n"},
		{"setup -e", Environment{Setup: []string{"set -e\nfalse\ntrue"}}, "EXIT set-up line set -e false true\n"},
		{"readonly", Environment{Variables: map[string]string{"UID": "0"}}, "FAIL environment-failed|setting the variable UID: "},
		{"colours", Environment{Setup: []string{`printf '\e[31mred\a\n' >&2; false`}}, "red \n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := runEnvironment(t, home, "set -eu", test.e, "echo NOT REACHED")
			if !strings.Contains(out, test.want) || strings.Contains(out, "NOT REACHED") {
				t.Errorf("got  %q\nwant %q", out, test.want)
			}
		})
	}
}

func TestEnvironmentNoModuleCommand(t *testing.T) {
	if _, err := os.Stat("/usr/share/modules/init/bash"); err == nil {
		t.Skip("this machine has a module command")
	}
	out := runEnvironment(t, t.TempDir(), "", Environment{Modules: []string{"x"}}, "echo NOT REACHED")
	if !strings.Contains(out, "FAIL environment-failed|looking for the module command: there is no module command on ") || strings.Contains(out, "NOT REACHED") {
		t.Errorf("got %q", out)
	}
}

func TestEnvironmentEmpty(t *testing.T) {
	if got := (Environment{}).Script(); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestScriptHasNoDOSLineBreak(t *testing.T) {
	text := "one\r\ntwo\r'\r\n"
	e := Environment{Variables: map[string]string{"LINES": text}, Setup: []string{"true\r\ntrue"}}
	script := "sunpyter_dir=" + loginshell.Quote(t.TempDir()) + "\nsunpyter_fail() { exit 99; }\n" + e.Script() + `printf %s "$LINES"`
	if strings.Contains(script, "\r\n") {
		t.Errorf("sbatch would refuse %q", script)
	}
	if out, err := exec.Command("bash", "-c", script).Output(); err != nil || string(out) != text {
		t.Errorf("%q arrives, %v; want %q", out, err, text)
	}
}
