package tunnel

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// commandHost is a host that a command on another reaches: an sshd of alice's own on the
// command's input and output.
type commandHost struct {
	login   *sshtest.Server
	user    *sshtest.User
	key     string // lets alice in to login
	home    string
	hostKey string
}

func newCommandHost(t *testing.T, kind string) *commandHost {
	t.Helper()
	b := &commandHost{login: sshtest.Start(t), user: sshtest.NewUser(t)}
	b.home = b.login.Home(t, "/bin/bash")
	b.key = b.user.Key(b.login, "id", "")
	own := filepath.Join(b.home, "host")
	sshtest.KeyGen(t, own, "", "-t", kind)
	sshtest.Must(t, os.Chown(own, sshtest.UserID, sshtest.UserID))
	public, err := os.ReadFile(own + ".pub")
	sshtest.Must(t, err)
	b.hostKey = string(public)
	return b
}

// target is reached by line, in which KEY stands for the public half of the offered key.
func (b *commandHost) target(line string) CommandTarget {
	return CommandTarget{Host: "behind", HostKeys: []string{b.hostKey}, Patience: sshtest.Patience(),
		Command: func(public string) string { return strings.ReplaceAll(line, "KEY", public) }}
}

// server starts the server.
func (b *commandHost) server() string {
	return "cd " + b.home + "; echo 'KEY' >keys; echo $$ >pid; exec /usr/sbin/sshd -i -f /dev/null -h " + b.home + "/host -o UsePAM=no -o StrictModes=no -o AuthorizedKeysFile=" + b.home + "/keys"
}

func (b *commandHost) dial(t *testing.T) *Conn {
	return dial(t, targetOf(b.user, b.login, b.key), Options{})
}

func TestDialCommand(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ed25519", "ecdsa"} {
		b := newCommandHost(t, kind)
		login := b.dial(t)
		target := b.target("echo word of the shell; echo begin; " + b.server())
		target.Skip = func(r io.Reader) (io.Reader, int, error) {
			in := bufio.NewReader(r)
			for line := ""; line != "begin\n"; {
				var err error
				if line, err = in.ReadString('\n'); err != nil {
					return nil, 0, err
				}
			}
			return in, 0, nil
		}
		node, err := login.DialCommand(sshtest.Context(t), target)
		sshtest.Must(t, err)
		out, _, _, err := node.Run(sshtest.Context(t), "id -un", nil)
		sshtest.Must(t, err)
		keys, err := os.ReadFile(filepath.Join(b.home, "keys"))
		sshtest.Must(t, err)
		if string(out) != sshtest.UserName+"\n" || !strings.Contains(string(keys), kind) {
			t.Errorf("%s: %q by %q", kind, out, keys)
		}
		sshtest.Must(t, node.Close())
		_, _, _, err = login.Run(sshtest.Context(t), "while kill -0 $(cat "+b.home+"/pid); do sleep 0.1; done", nil) // and the outer one stays open
		sshtest.Must(t, err)
	}
}

func TestDialCommandEndsWithCommand(t *testing.T) {
	t.Parallel()
	b := newCommandHost(t, "ed25519")
	login := b.dial(t)
	node, err := login.DialCommand(sshtest.Context(t), b.target(b.server()))
	sshtest.Must(t, err)
	_, _, _, err = login.Run(sshtest.Context(t), "kill -KILL $(cat "+b.home+"/pid)", nil)
	sshtest.Must(t, err)
	select {
	case <-node.Done():
	case <-time.After(sshtest.Patience()):
		t.Fatal("the connection does not end")
	}
	sshtest.WantFault(t, node.Err(), fault.LinkLost)
}

func TestDialCommandReportsStderr(t *testing.T) {
	t.Parallel()
	b := newCommandHost(t, "ed25519")
	login := b.dial(t)
	_, err := login.DialCommand(sshtest.Context(t), b.target("echo no room here >&2; exit 72"))
	sshtest.WantFault(t, err, fault.CommandFailed, "no room here")
	if ended, ok := errors.AsType[*CommandExitError](err); !ok || ended.Status != 72 || ended.Stderr != "no room here" {
		t.Errorf("%+v", ended)
	}
	silent := b.target("sleep 60")
	silent.Patience = time.Second
	_, err = login.DialCommand(sshtest.Context(t), silent)
	sshtest.WantFault(t, err, fault.ConnectTimeout)
	_, err = login.DialCommand(sshtest.Context(t), b.target(strings.Replace(b.server(), "echo 'KEY'", "echo", 1)))
	sshtest.WantFault(t, err, fault.AuthRefused)
	other := b.target(b.server())
	other.HostKeys = []string{sshtest.OtherKey(b.user, "other", "ed25519")}
	_, err = login.DialCommand(sshtest.Context(t), other)
	sshtest.WantFault(t, err, fault.NodeKeyMismatch)
}
