//go:build unix

package e2e

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/e2e/leftovers"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
)

// nothingLeft waits until no job, file and process of alice's is left anywhere
// on the site, but for the connection to the login node that each open window
// keeps for a while, with nothing in it.
func nothingLeft(t *testing.T, site *testcluster.Site) {
	t.Helper()
	var behind []string
	eventually(t, waitLimit, func() bool {
		behind = findLeftovers(t, site)
		return len(behind) == 0
	}, func() string { return "left behind: " + strings.Join(behind, "; ") })
}

func findLeftovers(t *testing.T, site *testcluster.Site) []string {
	t.Helper()
	behind, err := leftovers.Find(site)
	if err != nil { // what is looked at may go at that moment, and a controller may be too busy
		return []string{err.Error()}
	}
	kept := openWindows(site)
	return slices.DeleteFunc(behind, func(what string) bool {
		if kept == 0 || !strings.HasPrefix(what, keptLogin) {
			return false
		}
		kept--
		return true
	})
}

// keptLogin is an idle connection to the login node.
const keptLogin = "process on login: [sshd: alice@notty"

// sshdPatience is how long a host's sshd may take to see that a client is gone whose
// link lost the connection without a word: ClientAliveInterval times ClientAliveCountMax
// once on the node and, since its questions there pass through login, once more on login.
const sshdPatience = 4 * time.Minute

// nothingOfOurs is nothingLeft after a link has lost connections without a word: scripts
// that wait for us end after loginshell.MaxSilence, and sshd sessions with nothing in them are
// the hosts' own until they notice. The long tests see to it that they do.
func nothingOfOurs(t *testing.T, site *testcluster.Site) {
	t.Helper()
	var behind []string
	eventually(t, loginshell.MaxSilence+waitLimit, func() bool {
		behind = slices.DeleteFunc(findLeftovers(t, site), func(what string) bool { return strings.Contains(what, ": [sshd: alice@notty") })
		return len(behind) == 0
	}, func() string { return "left behind: " + strings.Join(behind, "; ") })
	if longRun() {
		begun := time.Now()
		nothingLeftWithin(t, site, sshdPatience)
		t.Logf("the last sshd went after %v more", time.Since(begun).Round(time.Second))
	}
}

// open counts the windows of each site whose servers run.
var open = struct {
	sync.Mutex
	windows map[*testcluster.Site]int
}{windows: map[*testcluster.Site]int{}}

// addWindow adds n to the open windows of site.
func addWindow(site *testcluster.Site, n int) {
	open.Lock()
	defer open.Unlock()
	open.windows[site] += n
}

func openWindows(site *testcluster.Site) int {
	open.Lock()
	defer open.Unlock()
	return open.windows[site]
}

// eventually waits until ok, and fails with what why says otherwise. On a machine that has
// become busy meanwhile it waits for longer.
func eventually(t *testing.T, limit time.Duration, ok func() bool, why func() string) {
	t.Helper()
	begun := time.Now()
	for !ok() {
		if pace.Over(begun, limit) {
			t.Fatal(why())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestLeftoversAreSeen makes sure that the tests above would find each kind.
func TestLeftoversAreSeen(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	nothingLeft(t, site)
	site.MustExec(t, "login", "alice", "mkdir", "-p", "/home/alice/.sunpyter/sessions/one")
	site.MustExec(t, "scs0152", "alice", "mkdir", "-p", "/tmp/deeper/sunpyter.two")
	id := strings.TrimSpace(site.MustExec(t, "login", "alice", "sbatch", "--parsable", "--output=/dev/null", "--wrap", "exec sleep 4713"))
	var behind string
	eventually(t, waitLimit, func() bool {
		behind = strings.Join(findLeftovers(t, site), "\n")
		return strings.Contains(behind, "sleep 4713")
	}, func() string { return "no process is seen: " + behind })
	for _, what := range []string{"file /home/alice/.sunpyter/sessions/one", "on scs0152: /tmp/deeper/sunpyter.two", "job {ID:" + id} {
		if !strings.Contains(behind, what) {
			t.Errorf("%q is not seen: %s", what, behind)
		}
	}
	site.CancelAll(t)
	site.MustExec(t, "login", "alice", "rm", "-r", "/home/alice/.sunpyter")
	site.MustExec(t, "scs0152", "alice", "rm", "-r", "/tmp/deeper")
	nothingLeft(t, site)
}
