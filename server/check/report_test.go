package check

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/slurm"
)

func TestReportHasNoNames(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"alice@login, /home/alice/.ssh/id", "USER@login, /home/USER/.ssh/id"},
		{"Alice alice ALICE", "USER USER USER"},
		{"malice and alices stay", "malice and alices stay"},
		{"s.alice.scw1 of alice", "USER of USER"},
		{`C:\Users\Alice Smith\.ssh`, `C:\Users\USER\.ssh`},
		{"[alice]", "[USER]"},
		{"root owns it", "root owns it"},
		{"the user's own", "the USER's own"},
	} {
		names := []string{"alice", "s.alice.scw1", `LAB\alice`, "Alice Smith", "root", "", "alice"}
		if strings.Contains(row.text, "user's") {
			names = []string{"user"}
		}
		if got := withoutNames(row.text, names); got != row.want {
			t.Errorf("%q is %q, want %q", row.text, got, row.want)
		}
	}
}

func TestAccountAndPartition(t *testing.T) {
	known := []slurm.Account{{Name: "a", Partitions: []string{"p"}}, {Name: "b", Default: true}}
	for _, row := range []struct {
		name     string
		accounts []slurm.Account
		account  string
		want     protocol.CheckOutcome
		detail   string
	}{
		{"the default", known, "", protocol.CheckOK, "b"},
		{"in another case", known, "B", protocol.CheckOK, "b"},
		{"not listed, none named", nil, "", protocol.CheckOK, "does not list"},
		{"not listed", nil, "c", protocol.CheckOK, "does not say whether it is yours"},
		{"no default", known[:1], "", protocol.CheckOK, "chooses one of a"},
		{"another's", known, "c", protocol.CheckFailed, `no account "c"`},
		{"not in this partition", known, "a", protocol.CheckFailed, "may not use the partition q"},
	} {
		c := &checker{Options: Options{Profile: profile.Profile{Request: slurm.Request{Account: row.account, Partition: "q"}}}, resources: slurm.Resources{Accounts: row.accounts}}
		if f := c.checkAccount(t.Context()); f.outcome != row.want || !strings.Contains(f.detail, row.detail) {
			t.Errorf("%s: %+v", row.name, f)
		}
	}
	if f := describeRequest(slurm.Request{}, slurm.Partition{}); f.outcome != protocol.CheckOK {
		t.Errorf("a site that lists no partitions: %+v", f)
	}
}
