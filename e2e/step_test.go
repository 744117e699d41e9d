//go:build unix

package e2e

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// closedNodes is a site whose nodes let no user log in.
var closedNodes = testcluster.Options{NodeSSHD: "DenyUsers *", CountCalls: true}

// knocks counts the logins that the nodes' sshd has seen.
func knocks(t *testing.T, site *testcluster.Site) (n int) {
	t.Helper()
	onNodes(t, site, func(node string) error {
		log, err := site.Log(node, "sshd")
		n += strings.Count(log, "alice")
		return err
	})
	return n
}

// removeSSHD makes a node one without OpenSSH's server.
func removeSSHD(site *testcluster.Site, node string) error {
	_, err := site.Exec(context.Background(), node, "root", "mv", "/usr/sbin/sshd", "/usr/sbin/sshd.away")
	return errors.Join(site.StopService(node, "sshd"), err)
}

// putSSHDBack ends removeSSHD.
func putSSHDBack(site *testcluster.Site, node string) error {
	_, err := site.Exec(context.Background(), node, "root", "mv", "/usr/sbin/sshd.away", "/usr/sbin/sshd")
	return errors.Join(err, site.StartService(node, "sshd"))
}

// TestNodesClosedToUsers: the way in is a step of the job.
func TestNodesClosedToUsers(t *testing.T) {
	took(t)
	site := testcluster.Start(t, closedNodes)
	w := openWindow(t, site)
	ready := w.start(protocol.KernelRequest{})
	out := execute(t, ready, "import os, socket\nprint(socket.gethostname(), os.environ['SLURM_JOB_ID'])")
	if want := ready.Session.Node + " " + ready.Session.JobID; strings.TrimSpace(out) != want {
		t.Errorf("the kernel printed %q, want %q", out, want)
	}
	w.stopAll()
	nothingLeft(t, site)
	t.Log(knocks(t, site))
	log, _ := site.Log(ready.Session.Node, "sshd")
	t.Log(log)
	t.Log(strings.Join(calls(t, site), "\n"))
}
