//go:build linux

package tunnel

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestNamesOfUsers: any name of a site's directory works as with ssh: from the
// request and from the configuration, with our own SSH and with the ssh program.
func TestNamesOfUsers(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	systemTarget(p, s) // writes the configuration
	escape := strings.NewReplacer(`\`, `\\`)
	if sshtest.SSHBefore(t, sshtest.HasEscapes) {
		escape = strings.NewReplacer()
	}
	for _, name := range []string{"j.doe@corp.example.org", "John Doe", "JDOE", `CORP\jdoe`, "müller", "s.a.person", strings.Repeat("u", 64)} {
		s.AddUser(t, name)
		for _, program := range []string{"", "ssh"} {
			for from, config := range map[string]string{
				"the request":       p.File("config"),
				"the configuration": p.Write("config2", "Host cluster\n User \""+escape.Replace(name)+"\"\nInclude "+p.File("config")+"\n"),
			} {
				user := name
				if from != "the request" {
					user = ""
				}
				if user != "" && refusedByName(user) {
					_, err := sshconfig.Resolve(sshtest.Context(t), "cluster", user, sshconfig.Options{File: config, Program: program})
					sshtest.WantFault(t, err, fault.SSHConfig, "from its configuration only")
					continue
				}
				target, err := sshconfig.Resolve(sshtest.Context(t), "cluster", user, sshconfig.Options{File: config, Program: program})
				sshtest.Must(t, err)
				before := s.Count(t, "Accepted publickey")
				c, err := Dial(sshtest.Context(t), target, systemOptions(t, nil))
				if err != nil {
					t.Errorf("%q from %s, program %q: %v", name, from, program, err)
					continue
				}
				sshtest.Must(t, c.Close())
				sshtest.WaitFor(t, "sshd has logged the login", func() bool { return s.Count(t, "Accepted publickey") > before }) // it logs after it has answered
				if c.User() != name || s.Count(t, "Accepted publickey") != before+1 {
					t.Errorf("%q from %s, program %q: logged in as %q", name, from, program, c.User())
				}
			}
		}
	}
}

// TestNamesFromTheConfigurationOnly: names that ssh does not take from its command line.
func TestNamesFromTheConfigurationOnly(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	systemTarget(p, s)
	for _, name := range []string{"o'brien", "a$b", "a;b"} {
		s.AddUser(t, name)
		_, err := sshconfig.Resolve(sshtest.Context(t), "cluster", name, sshconfig.Options{File: p.File("config")})
		sshtest.WantFault(t, err, fault.BadRequest, "cannot be a user name", "~/.ssh/config (User)")
		config := p.Write("config2", "Host cluster\n User \""+name+"\"\nInclude "+p.File("config")+"\n")
		for _, program := range []string{"", "ssh"} {
			target, err := sshconfig.Resolve(sshtest.Context(t), "cluster", "", sshconfig.Options{File: config, Program: program})
			sshtest.Must(t, err)
			if c := dial(t, target, systemOptions(t, nil)); c.User() != name {
				t.Errorf("%q, program %q: logged in as %q", name, program, c.User())
			}
		}
	}
}

// refusedByName reports whether the installed ssh program takes the name from its
// configuration only, as OpenSSH 10.6 does with backslashes.
func refusedByName(name string) bool {
	return exec.Command("ssh", "-F", "none", "-G", "-l", name, "host").Run() != nil
}

// TestNamesOfHosts: host names ignore case.
func TestNamesOfHosts(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	p.Key(s, "key", "")
	p.Write("known_hosts", strings.Replace(s.KnownLine(), "127.0.0.1", "localhost", 1))
	p.Config = strings.NewReplacer("Host cluster", "Host *", "HostName 127.0.0.1\n", "AddressFamily inet\n")
	systemTarget(p, s)
	for _, name := range []string{"localhost", "LOCALHOST", "LocalHost"} {
		for _, program := range []string{"", "ssh"} {
			target, err := sshconfig.Resolve(sshtest.Context(t), name, "", sshconfig.Options{File: p.File("config"), Program: program})
			sshtest.Must(t, err)
			sshtest.Must(t, dial(t, target, systemOptions(t, nil)).Close())
		}
	}
}
