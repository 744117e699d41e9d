//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// loginFiles are lines of .bash_profile of real users and sites that change how a
// shell works, the worst first.
var loginFiles = []struct{ name, text string }{
	{".bashrc, strict", "set -eu -o pipefail; shopt -s failglob"},
	{".bashrc, functions", "cat() { echo mine; }; mktemp() { echo mine; }; printf() { echo mine; }; rm() { mkdir -p ~/.trash; mv \"$@\" ~/.trash/; }; stat() { :; }\nexport -f cat rm"},
	{"aliases of keywords", "shopt -s expand_aliases; alias if=false then=false case=false for=false while=false do=false done=false fi=false {=false function=false ![=false [=false [[=false eval=false exec=false trap=false export=false"},
	{"exec zsh", "[ -n \"$ZSH_VERSION\" ] || exec zsh"},
	{"cd lists", `cd() { builtin cd "$1"; ls -ACF; }`},
	{"cd of all words", `cd() { builtin cd "$*" && ls -F; }`},
	{"failglob", "shopt -s failglob"},
	{"noglob", "set -f"},
	{"rm to the trash", `rm() { mkdir -p ~/.trash; mv "$@" ~/.trash/; }`},
	{"functions of commands", "cat() { echo mine; }; mktemp() { echo mine; }; printf() { echo mine; }; exec() { echo mine; }; tail() { :; }; ls() { :; }; mkdir() { :; }\nexport -f cat mktemp printf ls"},
	{"functions of builtins", "builtin() { :; }; command() { :; }; export -f builtin command"},
	{"aliases", "shopt -s expand_aliases; alias rm='rm -i' cd=echo exec=echo cat=bat mkdir='mkdir -v' printf=echo"},
	{"options", "set -u -o noclobber -o pipefail; shopt -s nocaseglob nocasematch; set +B; IFS=:"},
	{"exported options", "set -f; shopt -s failglob; export SHELLOPTS BASHOPTS"},
	{"trace", "set -x -v"},
	{"traps", "trap 'echo trapped' EXIT; trap '' TERM HUP; trap 'true' DEBUG"},
	{"BASH_ENV", `printf 'rm() { echo mine; }\nset -f\necho from-bash-env\n' >|~/.bashenv; export BASH_ENV=~/.bashenv ENV=~/.bashenv`},
	{"variables", "export IFS=: CDPATH=/usr GLOBIGNORE='*' POSIXLY_CORRECT=1 TMOUT=1 FUNCNEST=9 PROMPT_COMMAND='echo mine' TMPDIR=/does-not-exist"},
	{"readonly", "declare -rx TMOUT=1; readonly private=1 workdir=1 folder=1 id=1 lease=1"},
	{"umask and limits", "umask 777; ulimit -f 200000; ulimit -n 256; umask 027"},
	{"another directory", "cd /usr; set -- a b c"},
	{"exit", "exit"},
	{"output elsewhere", "exec >/dev/null 2>&1"},
	{"output to a file, too", "exec > >(tee -a ~/.trash) 2>&1"},
	{"no descriptors", "exec <&- >&- 2>&-"},
	{"strict", "set -euo pipefail; trap 'exit 3' ERR"},
	{"exec zsh -l", "exec zsh -l"},
	{"background", "(sleep 40; echo late) &"},
}

// TestLoginFilesThatChangeTheShell: a kernel starts, its cells run where the start says, with
// what the files set as variables, and nothing is left behind.
func TestLoginFilesThatChangeTheShell(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{Modules: true})
	for _, row := range usual(t, 4, loginFiles) {
		t.Run(row.name, func(t *testing.T) {
			if strings.HasPrefix(row.name, ".bashrc") { // which sshd's bash reads for every command
				writeStartupFile(t, site, ".bash_profile", "export LOGIN_WORD=set\n. ~/.bashrc\n")
				writeStartupFile(t, site, ".bashrc", row.text+"\n")
				defer site.MustExec(t, "login", "alice", "rm", "/home/alice/.bashrc")
			} else {
				writeStartupFile(t, site, ".bash_profile", "export LOGIN_WORD=set\n"+row.text+"\n")
			}
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{
				WorkingDirectory: "/cdt_storage/$USER", Environment: &protocol.Environment{Modules: []string{"anaconda/2021.05"}, Variables: map[string]string{"A": "1"}},
			})
			out := execute(t, ready, "import os, socket\nprint(socket.gethostname(), os.getcwd(), os.environ['LOADEDMODULES'], os.environ['LOGIN_WORD'], os.environ['A'], 1)\nopen('made-by-a-cell', 'w').close()\nos.remove('made-by-a-cell')")
			if want := ready.Session.Node + " /cdt_storage/alice anaconda/2021.05 set 1 1"; strings.TrimSpace(out) != want {
				t.Errorf("the kernel printed %q, want %q", out, want)
			}
			if got := ready.Session.WorkingDirectory; got != "/cdt_storage/alice" {
				t.Errorf("the start says %s", got)
			}
			w.stopAll()
			if trash, err := site.Files("/home/alice/.trash/*"); err != nil || len(trash) != 0 {
				t.Errorf("the trash holds %v, %v", trash, err)
			}
			site.MustExec(t, "login", "alice", "rm", "-rf", "/home/alice/.trash", "/home/alice/.bashenv")
			nothingLeft(t, site)
		})
	}
}

// TestLimitsOfTheLoginNode: what a site allows processes on its login nodes does not travel to the job.
func TestLimitsOfTheLoginNode(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	writeStartupFile(t, site, ".bashrc", "case $(hostname) in login) ulimit -s 4000 ;; esac\n")
	for _, row := range usual(t, 1, []struct {
		options []string
		travels bool
	}{{nil, false}, {[]string{"--propagate=ALL"}, true}}) {
		w := openWindow(t, site)
		ready := w.start(protocol.KernelRequest{SbatchOptions: row.options})
		out := execute(t, ready, "import resource; print(resource.getrlimit(resource.RLIMIT_STACK)[0] // 1024)")
		if got := strings.TrimSpace(out) == "4000"; got != row.travels {
			t.Errorf("with %q the kernel has a stack of %s KiB", row.options, out)
		}
		w.stopAll()
	}
	nothingLeft(t, site)
}

// TestUmaskOfTheUser: a umask that a login file sets, for a group that shares files, is the
// kernels', and Sunpyter's own directory stays closed.
func TestUmaskOfTheUser(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	writeStartupFile(t, site, ".bash_profile", "umask 002\n")
	w := openWindow(t, site)
	ready := w.start(protocol.KernelRequest{})
	out := execute(t, ready, "import os\nopen('shared', 'w').close()\nprint(oct(os.stat('shared').st_mode), oct(os.umask(0)))\nos.remove('shared')")
	if strings.TrimSpace(out) != "0o100664 0o2" {
		t.Errorf("a file of a cell's: %s", out)
	}
	if open := site.MustExec(t, ready.Session.Node, "alice", "sh", "-c", "find /tmp/sunpyter.* -maxdepth 0 -perm /077"); open != "" {
		t.Errorf("open to others: %s", open)
	}
}
