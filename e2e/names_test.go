//go:build unix

package e2e

import (
	"context"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestNamesOfDirectories: users have the names that a directory service gives them, and type the
// cluster's name as they like: the kernel starts on its node, and is stopped, as any other.
func TestNamesOfDirectories(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	names := []string{"j.doe@corp.example.org", `CORP\John Doe`}
	addUsers(t, site, names...)
	for _, name := range names {
		w := openWindow(t, site)
		started := w.startAt(name+"@LOGIN", protocol.KernelRequest{})
		must(t, started.err)
		if got := openKernel(t, started.KernelStartResult).run("print(6 * 7)"); got != "42" {
			t.Errorf("%s: the cell printed %q", name, got)
		}
		var list protocol.KernelListResult
		must(t, w.call(protocol.MethodKernelList, protocol.KernelListParams{Cluster: name + "@login"}, &list))
		if len(list.Sessions) != 1 || list.Sessions[0].User != name || list.Sessions[0].Host != "login" {
			t.Errorf("listed: %+v", list.Sessions)
		}
		w.close()
		nothingLeft(t, site)
	}
}

// addUsers adds other names for alice, until the test ends.
func addUsers(t *testing.T, site *testcluster.Site, names ...string) {
	t.Helper()
	for _, host := range []string{"login", "scs0151", "scs0152"} {
		site.MustExec(t, host, "root", "sh", append([]string{"-c", `cd /etc && cp -p passwd passwd.before && cp -p shadow shadow.before &&
			printf '%s:x:61001:61001::/home/alice:/bin/bash\n' "$@" >>passwd && printf '%s:*:19000:0:99999:7:::\n' "$@" >>shadow`, "sh"}, names...)...)
		t.Cleanup(func() {
			_, err := site.Exec(context.Background(), host, "root", "sh", "-c", "cd /etc && mv passwd.before passwd && mv shadow.before shadow")
			must(t, err)
		})
	}
}
