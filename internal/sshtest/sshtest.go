package sshtest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/internal/pace"
)

const (
	UserName = "alice"
	Password = "correct horse"
)

// Patience returns how long a test waits for what should come soon.
func Patience() time.Duration { return pace.Limit(20 * time.Second) }

// Server is a real OpenSSH server on a port of the loopback, in namespaces of its
// own: nothing of it outlives the test, also when that is killed.
type Server struct {
	Dir     string
	Port    int
	HostKey string // "ssh-ed25519 AAAA..."
	log     string
	process *os.Process
}

// Start runs an sshd with further lines of sshd_config. It knows the user
// alice, whose authorized keys are in dir/authorized_keys.
func Start(t testing.TB, config ...string) *Server {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: an sshd of our own with a user of its own")
	}
	for _, tool := range []string{"/usr/sbin/sshd", "unshare", "openssl", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs OpenSSH's server and util-linux: ", err)
		}
	}
	s := &Server{Dir: t.TempDir()}
	Must(t, os.Chmod(filepath.Dir(s.Dir), 0o755))
	s.log = filepath.Join(s.Dir, "log")
	KeyGen(t, filepath.Join(s.Dir, "host"), "")
	s.HostKey = publicKey(t, filepath.Join(s.Dir, "host.pub"))
	s.Write(t, "authorized_keys", "")
	s.writeAccounts(t)
	s.listen(t, FreePort, config)
	return s
}

// writeAccounts writes the files of /etc that the server sees.
func (s *Server) writeAccounts(t testing.TB) {
	t.Helper()
	hash, err := exec.Command("openssl", "passwd", "-6", Password).Output()
	Must(t, err)
	for file, line := range map[string]string{
		"passwd": UserName + ":x:4000:4000::/:/bin/bash\n",
		"group":  UserName + ":x:4000:\n",
		"shadow": UserName + ":" + strings.TrimSpace(string(hash)) + ":19000:0:99999:7:::\n",
	} {
		s.extend(t, "/etc/"+file, line)
	}
	s.Write(t, "pam", "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
}

// extend writes the server's own copy of a file of accounts, with one more line.
func (s *Server) extend(t testing.TB, file, line string) {
	t.Helper()
	old, err := os.ReadFile(file)
	Must(t, err)
	s.Write(t, filepath.Base(file), string(old)+line)
}

// listen runs the server on a port that choose returns. FreePort cannot reserve a port: another
// process may bind it before sshd does. Then it tries another one.
func (s *Server) listen(t testing.TB, choose func(testing.TB) int, config []string) {
	t.Helper()
	for range 5 {
		s.Port = choose(t)
		s.Write(t, "sshd_config", strings.Join(append(slices.Clone(config),
			"Port "+strconv.Itoa(s.Port), "ListenAddress 127.0.0.1", "HostKey "+s.Dir+"/host", "PidFile none", "UsePAM no", "StrictModes no",
			"AuthorizedKeysFile "+s.Dir+"/authorized_keys", "LogLevel VERBOSE", ""), "\n"))
		exited := s.run(t)
		WaitFor(t, "sshd listens, or ends", func() bool { return s.Count(t, "Server listening") > 0 || channels.IsClosed(exited) })
		if s.Count(t, "Server listening") > 0 {
			return
		}
		if s.Count(t, "Address already in use") == 0 {
			break
		}
	}
	t.Fatal("sshd ended before it listened") // the clean-up logs what it wrote
}

// run starts sshd, and returns a channel that is closed when it has ended.
func (s *Server) run(t testing.TB) (exited <-chan struct{}) {
	t.Helper()
	script := `[ ! -e /etc/pam.d/sshd ] || mount --bind "$1/pam" /etc/pam.d/sshd || exit 1
for f in passwd group shadow; do mount --bind "$1/$f" "/etc/$f" || exit 1; done
mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd -D -e -f "$1/sshd_config"`

	cmd := exec.Command("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
		"sh", "-c", script, "sshd", s.Dir)
	TieToParent(cmd)
	log, err := os.Create(s.log)
	Must(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	Must(t, cmd.Start())
	s.process = cmd.Process
	_ = log.Close()
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() && s.Count(t, "Server listening") == 0 {
			text, err := os.ReadFile(s.log)
			t.Logf("sshd never listened on port %d: %s, %v", s.Port, text, err)
		}
	})
	return ended
}

// Cut kills the processes of all connections to the server.
func (s *Server) Cut(t testing.TB) {
	t.Helper()
	for _, listening := range children(t, s.process.Pid) {
		for _, connection := range children(t, listening) {
			for _, pid := range append([]int{connection}, children(t, connection)...) { // since OpenSSH 9.8, the second outlives the first
				process, err := os.FindProcess(pid)
				Must(t, err)
				_ = process.Kill()
			}
		}
	}
}

// children returns the processes that pid started.
func children(t testing.TB, pid int) (pids []int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	Must(t, err)
	for _, word := range strings.Fields(string(text)) {
		child, err := strconv.Atoi(word)
		Must(t, err)
		pids = append(pids, child)
	}
	return pids
}

// Write writes a file in the server's directory.
func (s *Server) Write(t testing.TB, name, text string) {
	t.Helper()
	Must(t, os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o644))
}

const UserID = 4000

// Home makes alice a home directory of her own, and sets her shell.
func (s *Server) Home(t testing.TB, shell string) string {
	t.Helper()
	home := filepath.Join(s.Dir, "home")
	Must(t, os.Mkdir(home, 0o755))
	Must(t, os.Chown(home, UserID, UserID))
	passwd, err := os.ReadFile(filepath.Join(s.Dir, "passwd"))
	Must(t, err)
	s.Write(t, "passwd", strings.Replace(string(passwd), "::/:/bin/bash", "::"+home+":"+shell, 1))
	return home
}

// AsAlice runs a line of shell as her.
func (s *Server) AsAlice(t testing.TB, line, stdin string) {
	t.Helper()
	cmd := exec.Command("setpriv", "--reuid", strconv.Itoa(UserID), "--regid", strconv.Itoa(UserID), "--clear-groups", "sh", "-c", line)
	cmd.Stdin = strings.NewReader(stdin)
	mustRun(t, cmd)
}

func mustRun(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v: %s", cmd.Args, err, out)
	}
}

// Code is a one-time code that s accepts once, after AskCodes.
const Code = "12345678"

// AskCodes makes s, which has UsePAM, print a line, ask for the password and then
// for a one-time code, with further options for that.
func (s *Server) AskCodes(t testing.TB, options string) {
	t.Helper()
	if modules, _ := filepath.Glob("/lib/*/security/pam_google_authenticator.so"); len(modules) == 0 {
		t.Skip("needs libpam-google-authenticator")
	}
	s.Write(t, "codes", "JBSWY3DPEHPK3PXP\n\" TOTP_AUTH\n"+Code+"\n")
	Must(t, os.Chmod(filepath.Join(s.Dir, "codes"), 0o600))
	s.Write(t, "words", "Two questions follow.\n")
	s.Write(t, "pam", "auth optional pam_echo.so file="+s.Dir+"/words\nauth required pam_unix.so\nauth required pam_google_authenticator.so user=root secret="+s.Dir+
		"/codes "+options+"\naccount required pam_unix.so\nsession required pam_permit.so\n")
}

// Count is how often the server's log has a text.
func (s *Server) Count(t testing.TB, text string) int {
	t.Helper()
	log, err := os.ReadFile(s.log)
	Must(t, err)
	return bytes.Count(log, []byte(text))
}

// KnownLine is the server's line in known_hosts.
func (s *Server) KnownLine() string { return fmt.Sprintf("[127.0.0.1]:%d %s\n", s.Port, s.HostKey) }

// FreePort returns a TCP port of 127.0.0.1 on which nothing listens. It is none of those that
// the system chooses for connections, or another test could get it in the meantime.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 10000 + rand.IntN(20000)
		l, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func WaitFor(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for begun := time.Now(); !holds(); time.Sleep(5 * time.Millisecond) {
		if pace.Over(begun, Patience()) {
			t.Fatal("waited in vain until ", what)
		}
	}
}

// Context is a context for a call that must end well before it.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*Patience())
	t.Cleanup(cancel)
	return ctx
}

// WantFault fails unless err is a complete fault with this code whose text contains the words.
func WantFault(t testing.TB, err error, code fault.Code, words ...string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != code {
		t.Fatalf("got %v, want the fault %s", err, code)
	}
	if f.Tried == "" || f.Answer == "" || (f.Advice == "" && code != fault.Cancelled) {
		t.Errorf("the fault says too little: %+v", f)
	}
	for _, w := range words {
		if !strings.Contains(f.Error(), w) {
			t.Errorf("%q does not say %q", f.Error(), w)
		}
	}
}

// NeedSSH skips where there is no ssh program to ask.
func NeedSSH(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("needs the ssh program: ", err)
	}
}
