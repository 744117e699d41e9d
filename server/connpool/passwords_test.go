package connpool

import (
	"strconv"
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// TestRefusedPasswordIsMarked logs in to a real sshd with a wrong password, twice, then
// with the right one, and then once more.
func TestRefusedPasswordIsMarked(t *testing.T) {
	sshtest.NeedSSH(t)
	s, user := sshtest.Start(t, "PasswordAuthentication yes"), sshtest.NewUser(t)
	config := user.Write("config", "Host cluster\n  HostName 127.0.0.1\n  Port "+strconv.Itoa(s.Port)+
		"\n  User "+sshtest.UserName+"\n  IdentityFile none\n  IdentityAgent none\n  PreferredAuthentications password"+
		"\n  UserKnownHostsFile "+user.Write("known_hosts", s.KnownLine())+"\n  GlobalKnownHostsFile none\n")
	p := store.Place{Title: "Cluster", Host: "cluster", SSHConfig: config, OwnLogin: true}
	prompter := &sshtest.Answers{Secrets: []string{"guess", "another guess", sshtest.Password, sshtest.Password}}
	pool := newPool(zap.NewNop(), prompter, NewNotices(nil), share.Options{})

	for i, want := range []fault.Code{fault.AuthRefused, fault.AuthRefused, "", ""} {
		conn, err := pool.logIn(sshtest.Context(t), p, true)
		if want != "" {
			sshtest.WantFault(t, err, want)
		} else {
			sshtest.Must(t, err)
			sshtest.Must(t, conn.Close())
		}
		if len(prompter.Asked) != i+1 {
			t.Fatalf("login %d: asked %+v", i, prompter.Asked)
		}
	}
	var marked [4]bool
	for i, q := range prompter.Asked {
		if marked[i] = q.Wrong; q.Wrong != (q.Detail == "The host refused the last login.") {
			t.Errorf("login %d: asked %+v", i, q)
		}
	}
	if marked != [4]bool{false, true, true, false} {
		t.Errorf("marked as wrong: %v", marked)
	}
}
