package sshconfig

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	sshtest.NeedSSH(t)
	p := sshtest.NewUser(t)
	home, err := os.UserHomeDir()
	sshtest.Must(t, err)
	config := p.Write("config", `
Host cluster
  HostName login.example.org
  Port 2200
  User %%nobody
  IdentityFile ~/.ssh/id_%r_%h
  IdentityFile "`+p.Dir+`/a key"
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ~/one `+p.Dir+`/two
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
	got, err := Resolve(sshtest.Context(t), "cluster", "alice", Options{File: config})
	sshtest.Must(t, err)
	minBits := 1024
	if sshtest.SSHBefore(t, sshtest.HasRequiredRSASize) {
		minBits = 0
	}
	want := Target{Name: "cluster", Host: "login.example.org", Port: 2200, User: "alice",
		Keys:     Keys{IdentityFiles: []string{filepath.Join(home, ".ssh/id_alice_login.example.org"), p.Dir + "/a key"}, IdentitiesOnly: true, MinRSABits: minBits},
		Methods:  Methods{PublicKey: true, Preferred: []string{"publickey", "password"}},
		Alive:    Alive{Interval: 5 * time.Second, Count: 3},
		HostKeys: HostKeys{KnownHosts: []string{filepath.Join(home, "one"), p.Dir + "/two"}, Alias: "alias", HashKnownHosts: true, Strict: "accept-new"},
		Route:    Route{Network: "tcp4", ConnectTimeout: 7 * time.Second}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestResolveDefaults(t *testing.T) {
	sshtest.NeedSSH(t)
	t.Setenv("SSH_AUTH_SOCK", "/some/agent")
	got, err := Resolve(sshtest.Context(t), "example.org", "", Options{File: sshtest.NewUser(t).Write("config", "")})
	sshtest.Must(t, err)
	if got.Port != 22 || got.User != localUser() || got.Keys.Agent != "/some/agent" || len(got.Keys.IdentityFiles) < 4 || len(got.HostKeys.KnownHosts) != 2 ||
		!got.Methods.PublicKey || !got.Methods.Keyboard || !got.Methods.Password || got.Route.Network != "tcp" {
		t.Errorf("got %+v", got)
	}
}

func TestResolveWithoutSSH(t *testing.T) {
	t.Parallel()
	_, err := Resolve(sshtest.Context(t), "example.org", "alice", Options{sshG: "no-such-program-here"})
	sshtest.WantFault(t, err, fault.SSHConfig, "no program no-such-program-here", "Install OpenSSH's client")
}

func TestResolveRefusesHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "-oProxyCommand=touch /tmp/x", "a b", "a\nb", "a\x00b", strings.Repeat("a", 300), "\x1b[31m"} {
		_, err := Resolve(sshtest.Context(t), name, "", Options{})
		sshtest.WantFault(t, err, fault.BadRequest)
	}
	_, err := Resolve(sshtest.Context(t), "host", "-lroot", Options{})
	sshtest.WantFault(t, err, fault.BadRequest)
}

func TestResolveBadConfiguration(t *testing.T) {
	t.Parallel()
	sshtest.NeedSSH(t)
	p := sshtest.NewUser(t)
	_, err := Resolve(sshtest.Context(t), "x", "", Options{File: p.Write("config", "Prot 22\n")})
	sshtest.WantFault(t, err, fault.SSHConfig, "prot", "ssh -G -F ")
	_, err = Resolve(sshtest.Context(t), "x", "", Options{File: p.Write("config", "Host x\nProxyJump y\nHost y\nProxyJump x\n")})
	sshtest.WantFault(t, err, fault.SSHConfig, "ProxyJump")
}

func TestResolveCancelled(t *testing.T) {
	t.Parallel()
	sshtest.NeedSSH(t)
	config := sshtest.NewUser(t).Write("config", "Match exec \"sleep 20\"\n")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := Resolve(ctx, "x", "", Options{File: config})
	sshtest.WantFault(t, err, fault.Cancelled)
}

func TestResolveJumps(t *testing.T) {
	t.Parallel()
	sshtest.NeedSSH(t)
	config := sshtest.NewUser(t).Write("config", "Host c\nProxyJump bob@b:2201,[::1]:2202\nHost b\nHostName b.example.org\nProxyJump a\n")
	got, err := Resolve(sshtest.Context(t), "c", "alice", Options{File: config})
	sshtest.Must(t, err)
	var chain []string
	for hop := &got; hop != nil; hop = hop.Route.Via {
		chain = append(chain, hop.Address())
	}
	want := []string{"c:22", "[::1]:2202", "b.example.org:2201", "a:22"}
	if !reflect.DeepEqual(chain, want) || got.Route.Via.Route.Via.User != "bob" {
		t.Errorf("got %v", chain)
	}
}

func TestParseHop(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	p := sshtest.NewUser(t)
	p.Write("more", "Host inner !not *.wild\n  HostName x\n")
	config := p.Write("config", "Include "+p.File("mo*")+"\nHost one two=2\nMatch final all\n  Port 3\nMatch host x exec \"true\"\n User y\nhost=three *\n  Nonsense\n"+
		"\tHOST = \"four\"\tone # five\r\n#Host six\nHostName seven\nHost -x \"a b\" "+strings.Repeat("x", 300)+"\nHost last")
	got, err := Hosts(Options{File: config})
	sshtest.Must(t, err)
	if want := []string{"inner", "one", "two=2", "three", "four", "last"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for pattern, matches := range map[string]bool{"a*c": true, "a.c": false, "*": true, "ab?": true, "abc?": false, "": false, `a\*`: false, "\xff*": false} {
		if MatchPattern(pattern, "abc") != matches {
			t.Errorf("%q matches abc: %v", pattern, !matches)
		}
	}
	if got, err := Hosts(Options{File: p.File("missing")}); err != nil || len(got) != 0 {
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
		if target.Port < 1 || target.Port > 65535 || target.Host == "" || target.Route.ConnectTimeout < 0 {
			t.Errorf("%+v", target)
		}
	})
}

// FuzzHosts: what is listed can be resolved.
func FuzzHosts(f *testing.F) {
	f.Add([]byte("Host a b=c !d *\nMatch final all\nInclude /nonexistent/*\nHost \"x y\"\r\nhost=z\n"))
	f.Add([]byte("\xef\xbb\xbfHost a\nMatch host x exec \"true\n\x00Host -oProxyCommand=x\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "config")
		sshtest.Must(t, os.WriteFile(file, text, 0o600))
		names, err := Hosts(Options{File: file})
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
	t.Parallel()
	_, err := Resolve(sshtest.Context(t), "cluster", "", Options{Program: "/no/such/ssh"})
	sshtest.WantFault(t, err, fault.SSHConfig, "/no/such/ssh")
}
