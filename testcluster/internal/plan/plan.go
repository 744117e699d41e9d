// Package plan is what a site is to be: the options, made whole, and every
// file that follows from them. It touches nothing but the folder it is given.
package plan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Plan is what the guardian and the hosts of a site are started with. It lies
// in the lab folder as plan.json.
type Plan struct {
	Options
	// Lab is the site's folder, absolute.
	Lab string
	// Root is the root folder of the hosts' Debian: what the function Root returned.
	Root string
	// Cgroups is whether jobs are held in cgroups (version 1; see package cgroups).
	Cgroups bool
}

// User is an account of the site.
type User struct {
	// Name and ID (of the user and the group).
	Name string
	ID   int
}

// Users are the accounts of every site.
var Users = []User{{"alice", 61001}, {"bob", 61002}}

// Addresses inside the site.
const (
	addrLogin = "10.77.0.10"
	addrCtl   = "10.77.0.11"
)

// Hosts returns the site's hosts in the order in which they boot.
func (p *Plan) Hosts() []string { return append([]string{"ctl", "login"}, p.Nodes...) }

// IsNode reports whether host is a compute node.
func (p *Plan) IsNode(host string) bool { return slices.Contains(p.Nodes, host) }

// Addr is host's address on the site's own network.
func (p *Plan) Addr(host string) string {
	switch host {
	case "login":
		return addrLogin
	case "ctl":
		return addrCtl
	}
	return fmt.Sprintf("10.77.0.%d", 100+slices.Index(p.Nodes, host))
}

// FS returns the folder under the lab that is a separate file system in the
// guardian's mount namespace: all that the hosts see of the site lies there.
func (p *Plan) FS(elem ...string) string {
	return filepath.Join(append([]string{p.Lab, "fs"}, elem...)...)
}

// LogDir returns where host's daemons write their logs (/var/log/slurm there).
func (p *Plan) LogDir(host string) string { return filepath.Join(p.Lab, "log", host) }

// CallsFile returns the log of Slurm commands called on login.
func (p *Plan) CallsFile() string { return filepath.Join(p.Lab, "calls") }

// Save writes the plan into its lab folder.
func (p *Plan) Save() error {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.Lab, "plan.json"), data, 0o600)
}

// Load reads the plan of a lab folder.
func Load(lab string) (*Plan, error) {
	data, err := os.ReadFile(filepath.Join(lab, "plan.json"))
	if err != nil {
		return nil, err
	}
	p := new(Plan)
	return p, json.Unmarshal(data, p)
}

// The file server's homes lie at /srv/home in every host. These commands put
// them on /home: seen as they are, or as an NFS client sees them, through a
// cache of 30 s.
var (
	PlainHome  = []string{"mount", "--rbind", "/srv/home", "/home"}
	CachedHome = []string{"bindfs", "-o", "attr_timeout=30,entry_timeout=30,negative_timeout=30", "/srv/home", "/home"}
)
