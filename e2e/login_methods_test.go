//go:build unix

package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// testSSHD is another sshd on the login node, with its own configuration.
type testSSHD struct {
	t    *testing.T
	site *testcluster.Site
	port string
}

// startTestSSHD starts a test sshd with lines of sshd_config; it closes with the test. Its PAM
// service has its program's name.
func startTestSSHD(t *testing.T, site *testcluster.Site, port int, lines ...string) *testSSHD {
	t.Helper()
	g := &testSSHD{t, site, fmt.Sprint(port)}
	config := strings.Join(append(slices.Clone(lines), "Port "+g.port, "HostKey /etc/ssh/ssh_host_ed25519_key", "PidFile "+g.file("pid"), "LogLevel VERBOSE",
		"PasswordAuthentication no", "KbdInteractiveAuthentication no", ""), "\n")
	if !strings.Contains(config, "KbdInteractiveAuthentication yes") {
		config += "ChallengeResponseAuthentication no\n" // the same in OpenSSH before 8.7
	}
	must(t, site.WriteFile("login", g.file("config"), 0o600, config))
	site.MustExec(t, "login", "root", "ln", "-sf", "/usr/sbin/sshd", g.file("sshd"))
	sshd := []string{"-f", g.file("config"), "-E", g.file("log")}
	service := []string{"-o", "PAMServiceName=" + filepath.Base(g.file("sshd"))}
	if _, err := site.Exec(t.Context(), "login", "root", "/usr/sbin/sshd", append(service, "-t", "-f", g.file("config"))...); err == nil {
		sshd = append(sshd, service...) // OpenSSH 9.8 and newer, where it is not the program's name
	}
	site.MustExec(t, "login", "root", g.file("sshd"), sshd...)
	t.Cleanup(func() {
		g.close()
		must(t, site.RemoveFile("login", g.file("log")))
	})
	eventually(t, waitLimit, func() bool { return g.count("Server listening") > 0 }, func() string { return "the gate does not open" }) // it is a daemon before it listens
	return g
}

func (g *testSSHD) file(what string) string { return "/run/gate-" + g.port + "." + what }

// logins returns the number of logins; none may have been refused.
func (g *testSSHD) logins() int {
	g.t.Helper()
	if g.count("Failed ")+g.count("by authenticating user") > 0 {
		g.t.Error("a refused login")
	}
	return g.count("Accepted publickey for alice")
}

// count returns how often the server's log has a text.
func (g *testSSHD) count(text string) int {
	g.t.Helper()
	log, err := g.site.ReadFile("login", g.file("log"))
	must(g.t, err)
	return strings.Count(string(log), text)
}

// close accepts no more connections; existing ones stay open. It frees the port.
func (g *testSSHD) close() {
	g.t.Helper()
	_, err := g.site.Exec(context.WithoutCancel(g.t.Context()), "login", "root", "sh", "-c", `[ ! -e "$0" ] || { read -r pid <"$0"; kill "$pid"; while kill -0 "$pid"; do sleep 0.01; done; }; rm -f "$0"`, g.file("pid"))
	must(g.t, err)
}

// directives are lines of ssh_config(5) for one host.
type directives = map[string]string

// loginSetups are set-ups of a user's ssh and of the site's sshd. Each returns the
// configuration of the host "far", and the test sshds on the route to it.
var loginSetups = []struct {
	name string
	long string // why it takes its time
	open func(*testing.T, *testcluster.Site) (blocks []string, gates []*testSSHD)
}{
	{"two hops", "", func(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
		return []string{
			hostBlock(t, site, "hop1", directives{"Port": "2201"}),
			hostBlock(t, site, "hop2", directives{"HostName": "127.0.0.1", "Port": "2202"}),
			hostBlock(t, site, "far", directives{"HostName": "127.0.0.1", "Port": "2203", "ProxyJump": "alice@hop1,alice@hop2"}),
		}, []*testSSHD{startTestSSHD(t, site, 2201), startTestSSHD(t, site, 2202), startTestSSHD(t, site, 2203)}
	}},
	{"ProxyCommand", "units have it too", func(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
		return []string{
			hostBlock(t, site, "far", directives{"HostName": "127.0.0.1", "Port": "2201", "ProxyCommand": "ssh -F " + site.SSHConfig() + " -W %h:%p alice@login"}),
		}, []*testSSHD{startTestSSHD(t, site, 2201)}
	}},
	{"the algorithms of an old cluster, and keys of RSA", "", oldCluster},
	{"MaxSessions 2", "", withJumpHost("MaxSessions 2")},
	{"MaxSessions 2, and nothing is forwarded", "steps have tests of their own", withJumpHost("MaxSessions 2", "AllowTcpForwarding no")},
	{"a slow login", "it takes 8 s", func(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
		must(t, site.WriteFile("login", "/etc/pam.d/gate-2201.sshd", 0o644, "auth required pam_permit.so\naccount required pam_exec.so quiet /bin/sleep 8\nsession required pam_permit.so\n"))
		return withJumpHost("UsePAM yes")(t, site)
	}},
	{"a slow shell", "it takes 8 s", func(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
		writeStartupFile(t, site, ".bash_profile", "sleep 8\n")
		t.Cleanup(func() { must(t, site.RemoveFile("login", "/home/alice/.bash_profile")) })
		return withJumpHost()(t, site)
	}},
	{"an agent", "units have it too", func(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
		return []string{hostBlock(t, site, "far", directives{"Port": "2201", "IdentityFile": "/nonexistent/key", "IdentitiesOnly": "no", "IdentityAgent": agent(t, site.KeyFile())})},
			[]*testSSHD{startTestSSHD(t, site, 2201)}
	}},
}

// withJumpHost returns a set-up with one test sshd that has these lines of sshd_config.
func withJumpHost(lines ...string) func(*testing.T, *testcluster.Site) ([]string, []*testSSHD) {
	return func(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
		return []string{hostBlock(t, site, "far", directives{"Port": "2201"})}, []*testSSHD{startTestSSHD(t, site, 2201, lines...)}
	}
}

// oldCluster only supports algorithms that ssh disables by default, and only RSA keys, as the user has.
func oldCluster(t *testing.T, site *testcluster.Site) ([]string, []*testSSHD) {
	dir := t.TempDir()
	for _, name := range []string{"host", "id"} {
		out, err := exec.Command("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		return string(text)
	}
	keys, err := site.ReadFile("login", authorizedKeys)
	must(t, err)
	t.Cleanup(func() { must(t, site.WriteFile("login", authorizedKeys, 0o600, string(keys))) })
	must(t, site.WriteFile("login", authorizedKeys, 0o600, string(keys)+read("id.pub")))
	must(t, site.WriteFile("login", "/run/gate-2201.key", 0o600, read("host")))
	g := startTestSSHD(t, site, 2201, "HostKey /run/gate-2201.key", "HostKeyAlgorithms ssh-rsa",
		"PubkeyAcceptedKeyTypes ssh-rsa", // PubkeyAcceptedAlgorithms, by its name before OpenSSH 8.5
		"KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes128-cbc", "MACs hmac-sha1")
	return []string{hostBlock(t, site, "far", directives{"Port": "2201", "IdentityFile": filepath.Join(dir, "id"), "UserKnownHostsFile": writeKnownHosts(t, dir, "login", filepath.Join(dir, "host.pub")),
		"HostKeyAlgorithms": "+ssh-rsa", "PubkeyAcceptedAlgorithms": "ssh-rsa", "KexAlgorithms": "+diffie-hellman-group14-sha1", "Ciphers": "+aes128-cbc", "MACs": "+hmac-sha1"})}, []*testSSHD{g}
}

// agent runs an ssh-agent with a key, and returns its socket.
func agent(t *testing.T, key string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") // t.TempDir's names are too long for sockets
	must(t, err)
	socket := filepath.Join(dir, "s")
	cmd := exec.Command("setpriv", "--pdeathsig", "KILL", "ssh-agent", "-D", "-a", socket)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	})
	add := func() error {
		c := exec.Command("ssh-add", "-q", key)
		c.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		return c.Run()
	}
	eventually(t, waitLimit, func() bool { return add() == nil }, func() string { return "the agent takes no key" })
	return socket
}

// TestLoginMethods: each is one login, a kernel, and files.
func TestLoginMethods(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	for _, way := range loginSetups {
		t.Run(way.name, func(t *testing.T) {
			if way.long != "" {
				requireFaults(t, way.long)
			}
			blocks, gates := way.open(t, site)
			w := openWindow(t, site, sshConfig(t, blocks...))
			started := w.startAt("alice@far", protocol.KernelRequest{})
			if started.err != nil {
				log, _ := site.ReadFile("login", "/run/gate-2201.log")
				t.Fatalf("%v\n%s", started.err, log)
			}
			checkAnswers(t, started.KernelStartResult)
			must(t, w.call(protocol.MethodFileList, protocol.FileListParams{Cluster: "alice@far"}, &protocol.FileListResult{}))
			for _, g := range gates {
				if n := g.logins(); n != 1 {
					t.Errorf("%d logins at port %s", n, g.port)
				}
			}
			w.stopAll()
			w.close()
			nothingLeft(t, site)
		})
	}
}

// TestMaxSessionsOne: for a host that allows one at a time, more logins are made by
// key, without a prompt.
func TestMaxSessionsOne(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	blocks, gates := withJumpHost("MaxSessions 1")(t, site)
	w := openWindow(t, site, sshConfig(t, blocks...))
	started := w.startAt("alice@far", protocol.KernelRequest{})
	must(t, started.err)
	checkAnswers(t, started.KernelStartResult)
	if n := gates[0].logins(); n < 2 || n > 4 {
		t.Errorf("%d logins", n)
	}
	w.stopAll()
	w.close()
	nothingLeft(t, site)
}

// TestMaxSessionsOneWithCodes: if a host allows one session at a time and wants a code for each
// login, a start fails; the error says what to do. It asks for one code.
func TestMaxSessionsOneWithCodes(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	gate, person := startCodeSSHD(t, site, "keyboard-interactive", "MaxSessions 1"), &codePrompter{}
	w := openWindow(t, site, sshConfig(t, hostBlock(t, site, "far", directives{"Port": gate.port})))
	w.prompt = person.answer
	wantProblem{fault.CommandFailed, "allows no more commands on this connection", "at least 4"}.check(t, w.failStart("alice@far", protocol.KernelRequest{}))
	if n := gate.count("Accepted keyboard-interactive/pam for alice"); n != 1 || person.count() != 1 {
		t.Errorf("%d logins, %d codes", n, person.count())
	}
	w.close()
	nothingLeft(t, site)
}

// TestTwoLoginNodes behind one name, on a user's own computer: no configuration
// is named, and the system's has the block that Red Hat's begins with. The previous
// login node is preferred; when it is gone, the other one is used.
func TestTwoLoginNodes(t *testing.T) {
	t.Parallel()
	requireFaults(t, "links are lost and made again")
	site := testcluster.Shared(t)
	first, _, err := net.SplitHostPort(site.LoginAddr())
	must(t, err)
	second := secondAddress(t, site, first)
	dir := t.TempDir()
	newKey(t, dir, "other")
	other, err := os.ReadFile(filepath.Join(dir, "other"))
	must(t, err)
	must(t, site.WriteFile("login", "/run/gate-other.key", 0o600, string(other)))
	gates := []*testSSHD{startTestSSHD(t, site, 2201, "ListenAddress "+first+":2201"), startTestSSHD(t, site, 2202, "HostKey /run/gate-other.key", "ListenAddress "+second+":2201")}
	public, err := site.ReadFile("login", "/etc/ssh/ssh_host_ed25519_key.pub")
	must(t, err)
	known := writeKnownHosts(t, dir, "[cluster.lab]:2201", filepath.Join(dir, "other.pub"))
	text, err := os.ReadFile(known)
	must(t, err)
	must(t, os.WriteFile(known, append(text, "[cluster.lab]:2201 "+string(public)...), 0o600))

	p := runAtTerminal(t, site, "start", "alice@far", "--json", "--no-browser")
	runUnshared(t, p.cmd, map[string]string{
		"/etc/hosts":          "127.0.0.1 localhost\n" + first + " cluster.lab\n" + second + " cluster.lab\n",
		"/etc/ssh/ssh_config": "Match final all\n  Port 2201\n",
		"/root/.ssh/config":   "Host far\n  HostName cluster.lab\n  IdentityFile " + site.KeyFile() + "\n  UserKnownHostsFile " + known + "\n",
	})
	p.startCommand()
	ready := p.ready().result()
	used, spare := gates[0], gates[1]
	if used.logins() == 0 {
		used, spare = spare, used
	}
	for round, gone := range []bool{false, true} {
		if gone {
			used.close()
		}
		site.MustExec(t, "login", "root", "pkill", "-KILL", "-u", "alice", "sshd")
		want := 2*round + 3 // ready, disconnected, ready, ...
		eventually(t, waitLimit, func() bool { return len(p.states()) == want }, func() string { return fmt.Sprintf("states %v", p.states()) })
		awaitAnswer(t, ready)
		if here, there := used.logins(), spare.logins(); here != 2 || there != round {
			t.Errorf("%d logins, and %d at the other", here, there)
		}
	}
	must(t, p.cmd.Process.Signal(os.Interrupt))
	p.wait(waitLimit)
	nothingLeft(t, site)
}

// secondAddress adds an address to the login node, which the laptop can reach.
func secondAddress(t *testing.T, site *testcluster.Site, first string) string {
	t.Helper()
	second := first[:strings.LastIndexByte(first, '.')] + ".3"
	site.MustExec(t, "login", "root", "ip", "addr", "replace", second+"/32", "dev", "laptop")
	if out, err := site.LaptopCommand(t.Context(), "sh", "-c", `ip route replace "$1" $(ip route get "$0" | grep -o 'dev [^ ]*')`, first, second).CombinedOutput(); err != nil {
		t.Fatalf("ip route: %v: %s", err, out)
	}
	return second
}

// runUnshared runs a command with these files in place of the
// site's configuration.
func runUnshared(t *testing.T, cmd *exec.Cmd, files map[string]string) {
	t.Helper()
	script := "mount -t tmpfs none /root\n"
	for place, text := range files {
		file := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(file, []byte(text), 0o644))
		script += fmt.Sprintf("mkdir -p '%[2]s' && touch '%[3]s' && mount --bind '%[1]s' '%[3]s'\n", file, filepath.Dir(place), place)
	}
	cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return strings.HasPrefix(v, "SUNPYTER_SSH_CONFIG=") })
	cmd.Args = slices.Concat([]string{"unshare", "--mount", "sh", "-ec", script + `exec "$0" "$@"`}, []string{cmd.Path}, cmd.Args[1:])
	cmd.Path = "/usr/bin/unshare"
}
