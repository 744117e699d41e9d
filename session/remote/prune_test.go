package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

// oldHome is a home directory with folders of sessions, which are named after what they are,
// and with a configuration file of Slurm.
type oldHome struct {
	t        *testing.T
	dir, cfg string
}

func newOldHome(t *testing.T) *oldHome {
	h := &oldHome{t: t, dir: t.TempDir(), cfg: filepath.Join(t.TempDir(), "slurm.conf")}
	if err := os.WriteFile(h.cfg, []byte("ClusterName=sunbird\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	here := h.run(clusterScript + `printf '%s' "$cluster"`)
	for name, cluster := range map[string]string{"kgone": here, "klive": here, "kyoung": here, "kelsewhere": "another", "kunmarked": ""} {
		folder := filepath.Join(h.dir, ".sunpyter/sessions", name)
		h.run("mkdir -p " + folder + " && touch -d '2 days ago' " + folder + "/lease")
		if cluster != "" {
			h.run("echo '" + cluster + "' >" + folder + "/cluster")
		}
		if name == "kyoung" {
			h.run("touch " + folder + "/lease")
		}
	}
	return h
}

// command runs a bash script there.
func (h *oldHome) command(script string) *exec.Cmd {
	cmd := exec.CommandContext(h.t.Context(), "bash", "-c", script)
	cmd.Env = append(os.Environ(), "HOME="+h.dir, "SLURM_CONF="+h.cfg)
	return cmd
}

func (h *oldHome) run(script string) string {
	h.t.Helper()
	out, err := h.command(script).Output()
	if err != nil {
		h.t.Fatalf("%s: %v", script, err)
	}
	return string(out)
}

func (h *oldHome) folders() []string {
	return strings.Fields(h.run("ls $HOME/.sunpyter/sessions"))
}

// TestPrune: only folders whose jobs have ended on this cluster are removed.
func TestPrune(t *testing.T) {
	h := newOldHome(t)
	all := h.folders()
	if script := pruneCommand("", []slurm.Job{{Comment: slurm.Comment("1", "k00000000000")}, {Comment: "the site's own"}}); script != "" {
		t.Errorf("although a job does not say whose it is: %s", script)
	}
	h.run("live=klive\n" + clusterScript + otherDirScript + pruneScript + "true")
	if got, want := h.folders(), slices.DeleteFunc(all, func(name string) bool { return name == "kgone" }); !slices.Equal(got, want) {
		t.Errorf("there are %v, want %v", got, want)
	}
	h.run("echo ClusterName=another >" + h.cfg + "\nlive=\n" + clusterScript + otherDirScript + pruneScript + "true")
	if !slices.Contains(h.folders(), "klive") {
		t.Error("another cluster's login node has removed it")
	}
}

// TestSessionDirReportsOldOnes: a start learns whether there are old folders, and does not
// remove them.
func TestSessionDirReportsOldOnes(t *testing.T) {
	h := newOldHome(t)
	opened := func() string {
		cmd := h.command("id=knew workdir=$HOME grace=60 idle=0 generation=1 silence=60 create=1\n" + clusterScript + otherDirScript + dirScript)
		in, _ := cmd.StdinPipe()
		time.AfterFunc(100*time.Millisecond, func() { _ = in.Close() })
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	if said := opened(); !strings.HasPrefix(said, "open ") || !strings.HasSuffix(said, " old") {
		t.Errorf("it says %q", said)
	}
	h.run("cd $HOME/.sunpyter/sessions && rm -r kgone klive")
	if said := opened(); !strings.HasPrefix(said, "open ") || strings.HasSuffix(said, " old") {
		t.Errorf("with nothing of this cluster's it says %q", said)
	}
	if got := h.folders(); !slices.Equal(got, []string{"kelsewhere", "kunmarked", "kyoung"}) {
		t.Errorf("there are %v", got)
	}
}
