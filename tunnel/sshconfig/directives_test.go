package sshconfig

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// resolved returns the host "h" as resolved with a configuration.
func resolved(t *testing.T, text string) Target {
	t.Helper()
	sshtest.NeedSSH(t)
	got, err := Resolve(sshtest.Context(t), "h", sshtest.UserName, Options{File: sshtest.NewUser(t).Write("config", text)})
	sshtest.Must(t, err)
	return got
}

// TestDirectives: each directive that is used arrives in the Target.
func TestDirectives(t *testing.T) {
	sshtest.NeedSSH(t)
	t.Setenv("SSH_AUTH_SOCK", "/some/agent")
	t.Setenv("SOCKET", "/other/agent")
	p := sshtest.NewUser(t)
	algorithms, size, minBits := "PubkeyAcceptedAlgorithms", "RequiredRSASize 2048", 2048
	if sshtest.SSHBefore(t, sshtest.NamesAlgorithms) {
		algorithms = "PubkeyAcceptedKeyTypes"
	}
	if sshtest.SSHBefore(t, sshtest.HasRequiredRSASize) {
		size, minBits = "", 0
	}
	p.Write("in.conf", "Host h\n  Port 2022\nHost other\n  User nobody\n")
	p.Write("never.conf", "ServerAliveInterval 1\n")
	config := p.Write("config", `# a comment
Include "`+p.Dir+`/in*.conf"
Host other *.example.org
  User wrong
  Include `+p.Dir+`/never.conf
host=!h *
  ConnectTimeout 1
Host a? h # and a comment
  HostName %h.example.org
  Port 9999
  User bob
  IdentityFile ~/.ssh/id_%r_%h
  IdentityFile "`+p.Dir+`/a key"
  CertificateFile ~/cert.pub
  IdentityAgent $SOCKET
  IdentitiesOnly yes
  AddKeysToAgent confirm 1h30m
  PreferredAuthentications publickey,password
  `+algorithms+` ssh-ed25519,rsa-sha2-512
  Ciphers aes256-ctr,aes128-ctr
  KexAlgorithms curve25519-sha256
  MACs hmac-sha2-512
  HostKeyAlgorithms ssh-ed25519,ecdsa-sha2-nistp256
  CASignatureAlgorithms ssh-ed25519
  `+size+`
  StrictHostKeyChecking accept-new
  UserKnownHostsFile `+p.Dir+`/one `+p.Dir+`/two
  GlobalKnownHostsFile none
  HashKnownHosts yes
  HostKeyAlias alias
  RevokedHostKeys `+p.Dir+`/revoked
  BatchMode yes
  AddressFamily inet6
  BindAddress 127.0.0.1
  BindInterface lo
  ConnectTimeout 2m
  ConnectionAttempts 3
  ServerAliveInterval 7
  ServerAliveCountMax 2
  ProxyCommand nc  -X "5" %h %p
  PasswordAuthentication no
Host *
  User carol
  IdentityFile ~/.ssh/last
  HashKnownHosts no
Match final all
  KbdInteractiveAuthentication no
`)
	got, err := Resolve(sshtest.Context(t), "h", "", Options{File: config})
	sshtest.Must(t, err)
	want := Target{Name: "h", Host: "h.example.org", Port: 2022, User: "bob", ConfiguredUser: true,
		Route:    Route{Network: "tcp6", ProxyCommand: `nc  -X "5" h.example.org 2022`, BindAddress: "127.0.0.1", BindInterface: "lo", ConnectTimeout: 2 * time.Minute, ConnectAttempts: 3},
		Keys:     Keys{IdentityFiles: []string{filepath.Join(home(t), ".ssh/id_bob_h.example.org"), p.File("a key"), filepath.Join(home(t), ".ssh/last")}, IdentitiesOnly: true, CertificateFiles: []string{filepath.Join(home(t), "cert.pub")}, Agent: "/other/agent", AddToAgent: "confirm", AgentLifetime: 90 * time.Minute, MinRSABits: minBits},
		Methods:  Methods{PublicKey: true, Preferred: []string{"publickey", "password"}, Batch: true},
		HostKeys: HostKeys{KnownHosts: []string{p.File("one"), p.File("two")}, HashKnownHosts: true, Alias: "alias", Revoked: p.File("revoked"), Strict: "accept-new"},
		Alive:    Alive{Interval: 7 * time.Second, Count: 2},
		Algorithms: Algorithms{Ciphers: []string{"aes256-ctr", "aes128-ctr"}, KeyExchanges: []string{"curve25519-sha256"}, MACs: []string{"hmac-sha2-512"},
			HostKeys: []string{"ssh-ed25519", "ecdsa-sha2-nistp256"}, PublicKeys: []string{"ssh-ed25519", "rsa-sha2-512"}, CASignatures: []string{"ssh-ed25519"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func home(t *testing.T) string {
	t.Helper()
	dir, err := os.UserHomeDir()
	sshtest.Must(t, err)
	return dir
}

func TestAlgorithmsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	if got := resolved(t, ""); !reflect.DeepEqual(got.Algorithms, Algorithms{}) {
		t.Errorf("ssh's own defaults were taken for a choice: %+v", got.Algorithms)
	}
	got := resolved(t, "Ciphers aes256-ctr,aes128-cbc,chacha20-poly1305@openssh.com\nKexAlgorithms +diffie-hellman-group14-sha1\nMACs umac-64@openssh.com,hmac-sha2-256\n")
	if want := []string{"aes256-ctr", "aes128-cbc", "chacha20-poly1305@openssh.com"}; !slices.Equal(got.Algorithms.Ciphers, want) {
		t.Errorf("ciphers %q", got.Algorithms.Ciphers)
	}
	if kex := got.Algorithms.KeyExchanges; !slices.Contains(kex, "curve25519-sha256") || kex[len(kex)-1] != "diffie-hellman-group14-sha1" || slices.Contains(kex, "diffie-hellman-group18-sha512") {
		t.Errorf("key exchanges %q", kex)
	}
	if !slices.Equal(got.Algorithms.MACs, []string{"hmac-sha2-256"}) || !strings.Contains(strings.Join(got.ignored, "\n"), "umac-64@openssh.com") {
		t.Errorf("MACs %q, put aside %q", got.Algorithms.MACs, got.ignored)
	}
	if kex := resolved(t, "KexAlgorithms curve25519-sha256@libssh.org\n").Algorithms.KeyExchanges; len(kex) != 1 {
		t.Errorf("key exchanges %q", kex)
	}
	config := sshtest.NewUser(t).Write("config", "MACs umac-64@openssh.com\n")
	_, err := Resolve(sshtest.Context(t), "h", "", Options{File: config})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "MACs allows only", "umac-64@openssh.com", "hmac-sha2-256", `ssh = "system"`)
}

func TestAlgorithmListModifiers(t *testing.T) {
	t.Parallel()
	ciphers := algorithmLists[0]
	for value, want := range map[string]string{
		"aes256-ctr":         "aes256-ctr",
		"+aes128-cbc":        strings.Join(secure.Ciphers, ",") + ",aes128-cbc",
		"-*gcm*,aes???-ctr":  "chacha20-poly1305@openssh.com",
		"^aes256-ctr,nobody": "aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr",
		"nobody":             "",
	} {
		if got, _ := ciphers.read(value); strings.Join(got, ",") != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}

// TestUnsupportedDirectives: each is named, with advice, or is an error.
func TestUnsupportedDirectives(t *testing.T) {
	t.Parallel()
	for text, words := range map[string][]string{
		"PKCS11Provider /usr/lib/p11.so":                      {"PKCS11Provider", "ssh-add -s"},
		"SecurityKeyProvider /usr/lib/sk.so":                  {"SecurityKeyProvider", "ssh-add"},
		"HostbasedAuthentication yes":                         {"HostbasedAuthentication", "a key of your own"},
		"GSSAPIKeyExchange yes":                               {"GSSAPIKeyExchange", "known_hosts"},
		"KnownHostsCommand /bin/true %H":                      {"KnownHostsCommand", "accept the host's key"},
		"PermitLocalCommand yes\nLocalCommand kinit":          {"LocalCommand", "run it yourself"},
		"GSSAPIAuthentication yes\nControlPath ~/x\nIPQoS ef": nil, // not warned about before it matters
		"LocalCommand kinit":                                  nil,
		"PKCS11Provider none\nHostbasedAuthentication no":     nil,
		"CheckHostIP yes\nUpdateHostKeys no\nCompression yes": nil,
	} {
		if text == "GSSAPIKeyExchange yes" && !sshtest.HasGSSAPI(t) {
			t.Log("the installed ssh program does not know GSSAPIKeyExchange")
			continue
		}
		got := resolved(t, text+"\n")
		if len(got.Warnings) != min(1, len(words)) {
			t.Errorf("%q: warned %q", text, got.Warnings)
		}
		for _, w := range words {
			if !strings.Contains(strings.Join(got.Warnings, ""), w) {
				t.Errorf("%q: %q does not say %q", text, got.Warnings, w)
			}
		}
	}
	config := sshtest.NewUser(t).Write("config", "ProxyCommand x\nProxyUseFdpass yes\n")
	_, err := Resolve(sshtest.Context(t), "h", "", Options{File: config})
	sshtest.WantFault(t, err, fault.SSHConfig, "ProxyUseFdpass", "ProxyJump")
}

func TestMatchExec(t *testing.T) {
	t.Parallel()
	got := resolved(t, "Match exec \"test %n = h\"\n Port 7\nMatch originalhost h !exec true\n Port 8\nMatch user alice\n HostName inner\n")
	if got.Address() != "inner:7" {
		t.Errorf("got %s", got.Address())
	}
}

// TestMatchExecLeavesAChild: a child that keeps ssh's output open is not waited for.
func TestMatchExecLeavesAChild(t *testing.T) {
	t.Parallel()
	if got := resolved(t, "Match exec \"sleep 5 & true\"\n Port 7\n"); got.Port != 7 {
		t.Errorf("got %s", got.Address())
	}
}

func TestHopsHaveTheirOwnConfiguration(t *testing.T) {
	t.Parallel()
	got := resolved(t, "Host h\n ProxyJump gate\n ServerAliveInterval 5\nHost gate\n User bob\n Port 2200\n IdentityFile /gate/key\n StrictHostKeyChecking yes\n Ciphers aes256-ctr\n ProxyCommand nc %h %p\n")
	via := got.Route.Via
	if via == nil || via.User != "bob" || via.Port != 2200 || via.Keys.IdentityFiles[0] != "/gate/key" || via.HostKeys.Strict != StrictYes || via.Alive.Interval != 0 ||
		via.Algorithms.Ciphers[0] != "aes256-ctr" || via.Route.ProxyCommand != "nc gate 2200" || got.Route.ProxyCommand != "" || got.Algorithms.Ciphers != nil {
		t.Errorf("got %+v via %+v", got, via)
	}
}

func TestIdentityAgent(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "/usual")
	t.Setenv("MINE", "/mine")
	for value, want := range map[string]string{"none": "", "SSH_AUTH_SOCK": "/usual", "$MINE": "/mine", "${MINE}": "/mine", "/a/path": "/a/path", "%d/sock": os.Getenv("HOME") + "/sock"} {
		if got := resolved(t, "IdentityAgent "+value+"\n"); got.Keys.Agent != want {
			t.Errorf("%s: %q", value, got.Keys.Agent)
		}
	}
}

func TestTimeSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": 0, "0": 0, "none": 0, "90": 90 * time.Second, "1h30m": 90 * time.Minute, "2W": 14 * 24 * time.Hour,
		"1d2": 24*time.Hour + 2*time.Second, "m": 0, "5x": 0, "-3": 0, "99999999999999999999": 0} {
		if got, ok := timeSpan(text); got != want || ok != (want > 0) {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
}

func TestListsOfFiles(t *testing.T) {
	t.Setenv("ProgramData", `C:\ProgramData`)
	e := expander{home: "/home/al", replacer: strings.NewReplacer()}
	for text, want := range map[string][]string{
		"none": nil, "": nil, "/a /b": {"/a", "/b"}, "~/.ssh/one /two": {"/home/al/.ssh/one", "/two"},
		`C:\Users\Al Jones/.ssh/known_hosts C:\Users\Al Jones/.ssh/known_hosts2`: {`C:\Users\Al Jones/.ssh/known_hosts`, `C:\Users\Al Jones/.ssh/known_hosts2`},
		`__PROGRAMDATA__\ssh/one __PROGRAMDATA__\ssh/two`:                        {`C:\ProgramData\ssh/one`, `C:\ProgramData\ssh/two`},
	} {
		if got := e.paths(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
