package slurm

import (
	"slices"
	"strings"
)

// Account is an account that the user's jobs can be charged to.
type Account struct {
	// Name is the account's name.
	Name string
	// Default: jobs that name no account are charged to it.
	Default bool
	// Partitions are the only ones that it may use; nil: all.
	Partitions []string
	// QOS are the qualities of service that it may use.
	QOS []string
}

// parseAccounts reads `sacctmgr --parsable2 show user withassoc
// format=defaultaccount,cluster,account,partition,qos`: a line for each
// association, of which only those of this cluster count where its name is known.
func parseAccounts(text, cluster string) []Account {
	var accounts []Account
	everywhere := map[string]bool{} // accounts that are not bound to partitions
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "|")
		if len(f) != 5 || f[2] == "" || (cluster != "" && f[1] != "" && !strings.EqualFold(f[1], cluster)) {
			continue
		}
		i := slices.IndexFunc(accounts, func(a Account) bool { return a.Name == f[2] })
		if i < 0 {
			i = len(accounts)
			accounts = append(accounts, Account{Name: f[2], Default: f[2] == f[0]})
		}
		a := &accounts[i]
		a.QOS = union(a.QOS, f[4])
		a.Partitions = union(a.Partitions, f[3])
		everywhere[a.Name] = everywhere[a.Name] || f[3] == ""
	}
	for i := range accounts {
		if everywhere[accounts[i].Name] {
			accounts[i].Partitions = nil
		}
	}
	return accounts
}

// union adds the names of a comma-separated list that are new.
func union(names []string, list string) []string {
	for name := range strings.SplitSeq(list, ",") {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
