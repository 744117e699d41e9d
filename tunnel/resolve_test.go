package tunnel

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

func TestResolve(t *testing.T) {
	needSSH(t)
	p := newPerson(t)
	home, err := os.UserHomeDir()
	must(t, err)
	config := p.write("config", `
Host cluster
  HostName login.example.org
  Port 2200
  User %%nobody
  IdentityFile ~/.ssh/id_%r_%h
  IdentityFile "`+p.dir+`/a key"
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ~/one `+p.dir+`/two
  GlobalKnownHostsFile none
  HostKeyAlias alias
  StrictHostKeyChecking accept-new
  HashKnownHosts yes
  ConnectTimeout 7
  AddressFamily inet
  PasswordAuthentication no
  PreferredAuthentications publickey,password
Match final all
  ServerAliveInterval 5
`)
	got, err := Resolve(within(t), "cluster", "alice", ResolveOptions{File: config})
	must(t, err)
	want := Target{Name: "cluster", Host: "login.example.org", Port: 2200, User: "alice",
		IdentityFiles: []string{filepath.Join(home, ".ssh/id_alice_login.example.org"), p.dir + "/a key"}, IdentitiesOnly: true,
		PublicKey: true, Preferred: []string{"publickey", "password"}, MinRSABits: 1024, AliveInterval: 5 * time.Second, AliveCount: 3,
		KnownHosts: []string{filepath.Join(home, "one"), p.dir + "/two"}, HostKeyAlias: "alias",
		HashKnownHosts: true, Strict: "accept-new", Network: "tcp4", ConnectTimeout: 7 * time.Second}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestResolveDefaults(t *testing.T) {
	needSSH(t)
	t.Setenv("SSH_AUTH_SOCK", "/some/agent")
	got, err := Resolve(within(t), "example.org", "", ResolveOptions{File: newPerson(t).write("config", "")})
	must(t, err)
	if got.Port != 22 || got.User != localUser() || got.Agent != "/some/agent" || len(got.IdentityFiles) < 4 || len(got.KnownHosts) != 2 ||
		!got.PublicKey || !got.Keyboard || !got.Password || got.Network != "tcp" {
		t.Errorf("got %+v", got)
	}
}

func TestResolveWithoutSSH(t *testing.T) {
	_, err := Resolve(within(t), "example.org", "alice", ResolveOptions{sshG: "no-such-program-here"})
	wantFault(t, err, fault.SSHConfig, "no program no-such-program-here", "Install OpenSSH's client")
}

func TestResolveRefusesHostileNames(t *testing.T) {
	for _, name := range []string{"", "-oProxyCommand=touch /tmp/x", "a b", "a\nb", "a\x00b", strings.Repeat("a", 300), "\x1b[31m"} {
		_, err := Resolve(within(t), name, "", ResolveOptions{})
		wantFault(t, err, fault.BadRequest)
	}
	_, err := Resolve(within(t), "host", "-lroot", ResolveOptions{})
	wantFault(t, err, fault.BadRequest)
}

func TestResolveBadConfiguration(t *testing.T) {
	needSSH(t)
	p := newPerson(t)
	_, err := Resolve(within(t), "x", "", ResolveOptions{File: p.write("config", "Prot 22\n")})
	wantFault(t, err, fault.SSHConfig, "prot", "ssh -G")
	_, err = Resolve(within(t), "x", "", ResolveOptions{File: p.write("config", "Host x\nProxyJump y\nHost y\nProxyJump x\n")})
	wantFault(t, err, fault.SSHConfig, "ProxyJump")
}

func TestResolveCancelled(t *testing.T) {
	needSSH(t)
	config := newPerson(t).write("config", "Match exec \"sleep 20\"\n")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := Resolve(ctx, "x", "", ResolveOptions{File: config})
	wantFault(t, err, fault.Cancelled)
}

func TestResolveJumps(t *testing.T) {
	needSSH(t)
	config := newPerson(t).write("config", "Host c\nProxyJump bob@b:2201,[::1]:2202\nHost b\nHostName b.example.org\nProxyJump a\n")
	got, err := Resolve(within(t), "c", "alice", ResolveOptions{File: config})
	must(t, err)
	var chain []string
	for hop := &got; hop != nil; hop = hop.Via {
		chain = append(chain, hop.Address())
	}
	want := []string{"c:22", "[::1]:2202", "b.example.org:2201", "a:22"}
	if !reflect.DeepEqual(chain, want) || got.Via.Via.User != "bob" {
		t.Errorf("got %v", chain)
	}
}

func TestParseHop(t *testing.T) {
	for text, want := range map[string]hop{
		"a": {"a", "", 0}, "u@a:1": {"a", "u", 1}, "ssh://u@a:22/": {"a", "u", 22}, "::1": {"::1", "", 0}, "[::1]": {"::1", "", 0}, "a@b@c": {"c", "a@b", 0},
	} {
		if got, err := parseHop(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a:0", "a:x", "[::1", "[::1]x", "-a", "a:70000", "u@"} {
		if got, err := parseHop(text); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestHosts(t *testing.T) {
	p := newPerson(t)
	p.write("more", "Host inner !not *.wild\n  HostName x\n")
	config := p.write("config", "Include "+p.file("mo*")+"\nHost one two=2\nMatch final all\n  Port 3\nMatch host x exec \"true\"\n User y\nhost=three *\n  Nonsense\n")
	got, err := Hosts(ResolveOptions{File: config})
	must(t, err)
	if want := []string{"inner", "one", "two=2", "three"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, err := Hosts(ResolveOptions{File: p.file("missing")}); err != nil || len(got) != 0 {
		t.Errorf("missing file: %q, %v", got, err)
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("host a\nhostname b\nport 22\nidentityfile ~/.ssh/%r\nproxyjump a,b:2\nuserknownhostsfile a b\n"))
	f.Add([]byte("port 99999999999999999999\nidentityagent $\nhostname \xff\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		target, err := targetFrom(hop{name: "host"}, parseConfig(out), nil, true)
		if err != nil {
			return
		}
		if target.Port < 1 || target.Port > 65535 || target.Host == "" || target.ConnectTimeout < 0 {
			t.Errorf("%+v", target)
		}
	})
}

// FuzzHosts: what is listed can be asked for.
func FuzzHosts(f *testing.F) {
	f.Add([]byte("Host a b=c !d *\nMatch final all\nInclude /nonexistent/*\nHost \"x y\"\r\nhost=z\n"))
	f.Add([]byte("\xef\xbb\xbfHost a\nMatch host x exec \"true\n\x00Host -oProxyCommand=x\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "config")
		must(t, os.WriteFile(file, text, 0o600))
		names, err := Hosts(ResolveOptions{File: file})
		for _, name := range names {
			if err := checkHop(hop{name: name}); err != nil {
				t.Errorf("%q: %q, %v", text, name, err)
			}
		}
		_ = err // a bad file has the hosts that could be read
	})
}

func FuzzParseHop(f *testing.F) {
	f.Add("ssh://u@[::1]:22/")
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := parseHop(text); err == nil && checkHop(h) != nil {
			t.Errorf("%q gave %+v", text, h)
		}
	})
}

func TestSystemSSHProgramMissing(t *testing.T) {
	_, err := Resolve(within(t), "cluster", "", ResolveOptions{Program: "/no/such/ssh"})
	wantFault(t, err, fault.SSHConfig, "/no/such/ssh")
}
