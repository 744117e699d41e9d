//go:build unix

package e2e

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/testcluster"
)

// windowsPC is a computer with Windows, as wine plays it, on the site's laptop. Its user
// has a name with a blank and an umlaut, as people have.
type windowsPC struct {
	t       *testing.T
	site    *testcluster.Site
	program string // the Windows program
	prefix  string // wine's folder
	user    string // the user's folder, as this computer has it
}

// pcUser is the folder of the PC's user as Windows has it.
const pcUser = `C:\users\Zoë Müller`

// windowsProgram builds the program for Windows, once.
var windowsProgram = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../bin/sunpyter-e2e.exe")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-ldflags=-X github.com/sa2c/sunpyter/profile.shortest="+shortGrace.String(),
		"-o", path, "github.com/sa2c/sunpyter/cmd/sunpyter")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: "go build: " + string(out), Err: err}
	}
	return path, nil
})

// startWindowsPC returns a PC on which the login node is a host of ~/.ssh/config, with line
// ends as Windows has them, and the key needs a passphrase.
func startWindowsPC(t *testing.T, site *testcluster.Site) *windowsPC {
	t.Helper()
	out, err := exec.Command("../scripts/setup-wine.sh", "where").Output()
	must(t, err)
	p := &windowsPC{t: t, site: site, prefix: strings.TrimSpace(string(out))}
	if _, err := os.Stat(p.prefix); err != nil {
		t.Skip("needs wine (run make setup-wine): ", err)
	}
	p.lock()
	p.program, err = windowsProgram()
	must(t, err)
	p.user = filepath.Join(p.prefix, "drive_c/users", filepath.Base(strings.ReplaceAll(pcUser, `\`, "/")))
	must(t, os.RemoveAll(p.user))
	for _, folder := range []string{".ssh", "AppData/Local/Temp", "AppData/Roaming/sunpyter", "bin"} {
		must(t, os.MkdirAll(filepath.Join(p.user, folder), 0o755))
	}
	p.serve()
	p.write(".ssh/config", strings.Join([]string{
		p.host("login", `"~/.ssh/the key"`), p.host("open", "~/.ssh/open"), p.host("closed", "~/.ssh/open") + "  Port 2\n"}, ""))
	p.write(".ssh/known_hosts", "# hosts\nelsewhere ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKcsoSVNDOhqDmuzZnTAZjFzDDfNULqJ5lPBHcUvsJWP\n")
	p.write("AppData/Roaming/sunpyter/config.toml", "\ufeffdefault = \"lab\"\n[cluster.lab]\nhost = \"login\"\n") // as Notepad may write it
	p.ssh(`~/.ssh/the key`, `~/.ssh/open`)
	key, err := os.ReadFile(site.KeyFile())
	must(t, err)
	locked := filepath.Join(p.user, ".ssh/the key")
	for _, file := range []string{locked, filepath.Join(p.user, ".ssh/open")} {
		must(t, os.WriteFile(file, key, 0o600))
	}
	if out, err := exec.Command("ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", locked).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	must(t, os.Chmod(locked, 0o644)) // Windows has no such bits
	return p
}

// lock keeps others from using the same folder of wine's at the same time.
func (p *windowsPC) lock() {
	p.t.Helper()
	file, err := os.OpenFile(p.prefix+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	must(p.t, err)
	p.t.Cleanup(func() { _ = file.Close() })
	must(p.t, unix.Flock(int(file.Fd()), unix.LOCK_EX))
}

// serve starts wine's server, on the laptop: it makes the sockets of all programs.
func (p *windowsPC) serve() {
	p.t.Helper()
	server := p.ours("setpriv", "--pdeathsig", "TERM", "wineserver", "-f", "-p")
	must(p.t, server.Start())
	p.t.Cleanup(func() {
		_ = p.ours("wineserver", "-k").Run()
		_ = server.Wait()
	})
	// Windows' services begin with the first program, and hold on to its output.
	must(p.t, p.ours("wine", "wineboot").Run())
}

// host returns the login node in ssh's configuration.
func (p *windowsPC) host(name, key string) string {
	p.t.Helper()
	address, _, err := net.SplitHostPort(p.site.LoginAddr())
	must(p.t, err)
	return "Host " + name + "\n  HostName " + address + "\n  User alice\n  IdentityFile " + key + "\n"
}

// ssh puts a stand-in for `ssh -G` into PATH, which wine has not: it prints what ssh makes of
// the configuration above, from a file for each host.
func (p *windowsPC) ssh(locked, open string) {
	p.t.Helper()
	address, _, err := net.SplitHostPort(p.site.LoginAddr())
	must(p.t, err)
	known := filepath.ToSlash(filepath.Dir(open)) + "/known_hosts"
	for name, line := range map[string]string{"login": "port 22\nidentityfile " + locked, "open": "port 22\nidentityfile " + open, "closed": "port 2\nidentityfile " + open} {
		p.write("bin/answer-"+name, "user alice\nhostname "+address+"\n"+line+"\nuserknownhostsfile "+known+" "+known+"2\n")
	}
	p.write("bin/ssh.cmd", "@echo off\n:last\nif not \"%~2\"==\"\" (shift & goto last)\ntype \"%~dp0answer-%~1\"\n")
}

// write writes a text file of the user's with Windows' line ends, the last without.
func (p *windowsPC) write(name, text string) {
	p.t.Helper()
	must(p.t, os.WriteFile(filepath.Join(p.user, name), []byte(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n")), 0o644))
}

func (p *windowsPC) read(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.user, name))
	must(p.t, err)
	return string(text)
}

// ours returns a program of wine's.
func (p *windowsPC) ours(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "WINEPREFIX="+p.prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY=", "LC_ALL=C.UTF-8", "SUNPYTER_SHARE_LOGIN=true")
	return cmd
}

// command is Sunpyter on the PC.
func (p *windowsPC) command(args ...string) *exec.Cmd {
	var line strings.Builder
	for _, set := range []string{`PATH=` + pcUser + `\bin;%PATH%`, `USERPROFILE=` + pcUser, `LOCALAPPDATA=` + pcUser + `\AppData\Local`,
		`APPDATA=` + pcUser + `\AppData\Roaming`, `TEMP=` + pcUser + `\AppData\Local\Temp`, `TMP=` + pcUser + `\AppData\Local\Temp`} {
		line.WriteString("set " + set + "&& ")
	}
	line.WriteString(`Z:` + strings.ReplaceAll(p.program, "/", `\`))
	return p.ours("wine", append([]string{"cmd", "/c", line.String()}, args...)...)
}

// window opens a window there, which ends with the test.
func (p *windowsPC) window(settings ...setting) *window {
	p.t.Helper()
	w, params := newWindow(p.t, p.site, settings)
	cmd := p.command("serve", "--verbose")
	in, err := cmd.StdinPipe()
	must(p.t, err)
	out, err := cmd.StdoutPipe()
	must(p.t, err)
	cmd.Stderr = testLog{p.t}
	must(p.t, cmd.Start())
	addWindow(p.site, 1)
	read, write := io.Pipe()
	go func() {
		defer close(w.served)
		defer addWindow(p.site, -1)
		_, err := io.Copy(write, out)
		_ = write.CloseWithError(err)
		if err := cmd.Wait(); err != nil {
			p.t.Errorf("serve: %v", err)
		}
	}()
	w.connect(pipe{read, in}, params)
	return w
}

// process finds the process of a command of Sunpyter's.
func (p *windowsPC) process(command string) (pid int) {
	pids := testprogram.Running(func(args []string) bool {
		return len(args) > 1 && strings.HasSuffix(args[0], filepath.Base(p.program)) && args[1] == command
	})
	if len(pids) > 0 {
		pid = pids[0]
	}
	return pid
}
