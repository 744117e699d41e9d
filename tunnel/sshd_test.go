package tunnel

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

const (
	testUser     = "alice"
	testPassword = "correct horse"
	patience     = 20 * time.Second
)

// sshd is a real OpenSSH server on a port of the loopback, in namespaces of its
// own: nothing of it outlives the test, also when that is killed.
type sshd struct {
	dir     string
	port    int
	hostKey string // "ssh-ed25519 AAAA..."
	log     string
}

// startSSHD runs an sshd with further lines of sshd_config. It knows the user
// alice, whose authorized keys are in dir/authorized_keys.
func startSSHD(t testing.TB, config ...string) *sshd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: an sshd of our own with a user of its own")
	}
	for _, tool := range []string{"/usr/sbin/sshd", "unshare", "openssl", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs OpenSSH's server and util-linux: ", err)
		}
	}
	s := &sshd{dir: t.TempDir(), port: freePort(t)}
	must(t, os.Chmod(filepath.Dir(s.dir), 0o755))
	s.log = filepath.Join(s.dir, "log")
	keygen(t, filepath.Join(s.dir, "host"), "")
	public, err := os.ReadFile(filepath.Join(s.dir, "host.pub"))
	must(t, err)
	s.hostKey = strings.Join(strings.Fields(string(public))[:2], " ")
	s.write(t, "authorized_keys", "")
	s.write(t, "sshd_config", strings.Join(append(config,
		"Port "+strconv.Itoa(s.port), "ListenAddress 127.0.0.1", "HostKey "+s.dir+"/host", "PidFile none", "UsePAM no", "StrictModes no",
		"AuthorizedKeysFile "+s.dir+"/authorized_keys", "LogLevel VERBOSE", ""), "\n"))
	s.run(t)
	return s
}

func (s *sshd) run(t testing.TB) {
	t.Helper()
	hash, err := exec.Command("openssl", "passwd", "-6", testPassword).Output()
	must(t, err)
	for file, line := range map[string]string{
		"passwd": testUser + ":x:4000:4000::/:/bin/bash\n",
		"group":  testUser + ":x:4000:\n",
		"shadow": testUser + ":" + strings.TrimSpace(string(hash)) + ":19000:0:99999:7:::\n",
	} {
		old, err := os.ReadFile("/etc/" + file)
		must(t, err)
		s.write(t, file, string(old)+line)
	}
	s.write(t, "pam", "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
	script := `[ ! -e /etc/pam.d/sshd ] || mount --bind "$1/pam" /etc/pam.d/sshd || exit 1
for f in passwd group shadow; do mount --bind "$1/$f" "/etc/$f" || exit 1; done
mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd -D -e -f "$1/sshd_config"`

	cmd := exec.Command("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
		"sh", "-c", script, "sshd", s.dir)
	tieToUs(cmd)
	log, err := os.Create(s.log)
	must(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	must(t, cmd.Start())
	_ = log.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waitFor(t, "sshd listens", func() bool { return s.count(t, "Server listening") > 0 })
}

func (s *sshd) write(t testing.TB, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644))
}

const testID = 4000

// home gives alice a home directory of her own and a shell.
func (s *sshd) home(t testing.TB, shell string) string {
	t.Helper()
	home := filepath.Join(s.dir, "home")
	must(t, os.Mkdir(home, 0o755))
	must(t, os.Chown(home, testID, testID))
	passwd, err := os.ReadFile(filepath.Join(s.dir, "passwd"))
	must(t, err)
	s.write(t, "passwd", strings.Replace(string(passwd), "::/:/bin/bash", "::"+home+":"+shell, 1))
	return home
}

// asAlice runs a line of shell as her.
func (s *sshd) asAlice(t testing.TB, line, stdin string) {
	t.Helper()
	cmd := exec.Command("setpriv", "--reuid", strconv.Itoa(testID), "--regid", strconv.Itoa(testID), "--clear-groups", "sh", "-c", line)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", line, err, out)
	}
}

// testCode is a code that s takes once, after askCodes.
const testCode = "12345678"

// askCodes makes s, which has UsePAM, say a word, ask for the password and then
// for a one-time code, with further options for that.
func (s *sshd) askCodes(t testing.TB, options string) {
	t.Helper()
	if modules, _ := filepath.Glob("/lib/*/security/pam_google_authenticator.so"); len(modules) == 0 {
		t.Skip("needs libpam-google-authenticator")
	}
	s.write(t, "codes", "JBSWY3DPEHPK3PXP\n\" TOTP_AUTH\n"+testCode+"\n")
	must(t, os.Chmod(filepath.Join(s.dir, "codes"), 0o600))
	s.write(t, "words", "Two questions follow.\n")
	s.write(t, "pam", "auth optional pam_echo.so file="+s.dir+"/words\nauth required pam_unix.so\nauth required pam_google_authenticator.so user=root secret="+s.dir+
		"/codes "+options+"\naccount required pam_unix.so\nsession required pam_permit.so\n")
}

// count is how often the server's log has a text.
func (s *sshd) count(t testing.TB, text string) int {
	t.Helper()
	log, err := os.ReadFile(s.log)
	must(t, err)
	return bytes.Count(log, []byte(text))
}

// knownLine is the server's line in known_hosts.
func (s *sshd) knownLine() string { return fmt.Sprintf("[127.0.0.1]:%d %s\n", s.port, s.hostKey) }

// client is a person's .ssh folder.
type person struct {
	dir    string
	t      testing.TB
	config *strings.Replacer // changes what systemTarget writes; may be nil
}

func newPerson(t testing.TB) *person {
	t.Helper()
	return &person{dir: t.TempDir(), t: t}
}

func (p *person) file(name string) string { return filepath.Join(p.dir, name) }

func (p *person) write(name, text string) string {
	p.t.Helper()
	must(p.t, os.WriteFile(p.file(name), []byte(text), 0o600))
	return p.file(name)
}

// key makes a key that s accepts, and gives its path.
func (p *person) key(s *sshd, name, passphrase string) string {
	p.t.Helper()
	keygen(p.t, p.file(name), passphrase)
	if s != nil {
		p.allow(s, name)
	}
	return p.file(name)
}

func (p *person) allow(s *sshd, name string) {
	p.t.Helper()
	public, err := os.ReadFile(p.file(name + ".pub"))
	must(p.t, err)
	f, err := os.OpenFile(filepath.Join(s.dir, "authorized_keys"), os.O_APPEND|os.O_WRONLY, 0)
	must(p.t, err)
	_, err = f.Write(public)
	must(p.t, err)
	must(p.t, f.Close())
}

// agent runs an ssh-agent with keys and gives its socket.
func (p *person) agent(keys ...string) string {
	p.t.Helper()
	socket := p.file("agent")
	cmd := exec.Command("ssh-agent", "-D", "-a", socket)
	tieToUs(cmd)
	must(p.t, cmd.Start())
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waitFor(p.t, "the agent listens", func() bool {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	for _, k := range keys {
		add := exec.Command("ssh-add", "-q", k)
		add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		out, err := add.CombinedOutput()
		if err != nil {
			p.t.Fatalf("ssh-add %s: %v: %s", k, err, out)
		}
	}
	return socket
}

func keygen(t testing.TB, path, passphrase string, more ...string) {
	t.Helper()
	// One round: the passphrase of a test need not cost an attacker anything, and with the race detector each costs seconds.
	args := append([]string{"-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-C", filepath.Base(path), "-f", path}, more...)
	if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
}

// answers is a Prompter that answers from a list and keeps the questions.
type answers struct {
	mu       sync.Mutex
	secrets  []string // given in turn; none left: dismissed
	yes      bool
	asked    []SecretQuestion
	confirms []ConfirmQuestion
}

func (a *answers) Secret(_ context.Context, q SecretQuestion) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, q)
	if len(a.secrets) == 0 {
		return "", fmt.Errorf("dismissed")
	}
	first := a.secrets[0]
	a.secrets = a.secrets[1:]
	return first, nil
}

func (a *answers) Confirm(_ context.Context, q ConfirmQuestion) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.confirms = append(a.confirms, q)
	return a.yes, nil
}

// notices keeps what the person is told.
type notices struct {
	mu  sync.Mutex
	all []Notice
}

func (n *notices) add(notice Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, notice)
}

// count is how many notices of a kind have the words.
func (n *notices) count(kind string, words ...string) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, notice := range n.all {
		if notice.Kind == kind && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(notice.Text, w) }) {
			count++
		}
	}
	return count
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func waitFor(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until ", what)
		}
	}
}

// within is a context for a call that must end well before it.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	t.Cleanup(cancel)
	return ctx
}

// wantFault fails unless err is the fault code, complete, and has the words.
func wantFault(t testing.TB, err error, code fault.Code, words ...string) {
	t.Helper()
	f := asFault(err)
	if f == nil || f.Code != code {
		t.Fatalf("got %v, want the fault %s", err, code)
	}
	if f.Tried == "" || (f.Advice == "" && code != fault.Cancelled) {
		t.Errorf("the fault says too little: %+v", f)
	}
	for _, w := range words {
		if !strings.Contains(f.Error(), w) {
			t.Errorf("%q does not say %q", f.Error(), w)
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// needSSH skips where there is no ssh program to ask.
func needSSH(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("needs the ssh program: ", err)
	}
}

func sign(t testing.TB, ca, public string, more ...string) {
	t.Helper()
	args := append([]string{"-q", "-s", ca, "-I", "test"}, append(more, public)...)
	if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen -s: %v: %s", err, out)
	}
}

// otherKey makes a key and gives its public half.
func otherKey(p *person, name, kind string) string {
	keygen(p.t, p.file(name), "", "-t", kind)
	text, err := os.ReadFile(p.file(name + ".pub"))
	must(p.t, err)
	return strings.Join(strings.Fields(string(text))[:2], " ")
}
