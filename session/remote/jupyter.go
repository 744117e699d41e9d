package remote

import (
	"context"
	_ "embed"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed scripts/kernel_starts.sh
var kernelStartsScript string

// Jupyter is where Jupyter listens on the node, as node_agent.sh reports it.
type Jupyter struct {
	Network, Address string // "unix" path or "tcp" host:port
	App              string // lab, notebook, nbclassic or server
	Token            string
}

// ParseJupyter reads "unix PATH APP TOKEN" or "tcp HOST:PORT APP TOKEN".
func ParseJupyter(rest string) (Jupyter, bool) {
	parts := strings.Fields(rest)
	if len(parts) != 4 {
		return Jupyter{}, false
	}
	j := Jupyter{parts[0], parts[1], parts[2], parts[3]}
	return j, (j.Network == "unix" && path.IsAbs(j.Address)) || j.Network == "tcp"
}

// Page returns the path that a browser should open.
func (j Jupyter) Page() string {
	switch j.App {
	case "lab":
		return "/lab"
	case "notebook", "nbclassic":
		return "/tree"
	default:
		return "/"
	}
}

// Notice returns the text of a notice of the job about the user's own set-up. rest has its
// parameters in base64, one per line.
func Notice(verb, rest string) string {
	params := append(strings.Split(Text(rest), "\n"), "", "", "")
	switch verb {
	case "loopback":
		kind := Text(rest)
		if kind == "" { // Jupyter has not read our configuration
			return "the kernels here listen on ports of the node, because this Jupyter did not read Sunpyter's configuration: other users of the node can read what cells run and print"
		}
		return fmt.Sprintf("the kernel %s listens on ports of the node: other users of the node can read what its cells run and print", Excerpt(kind))
	case "skipped":
		return fmt.Sprintf("%s was not used, because the program that its first line names, %s, does not exist: install it again, or remove it", params[0], params[1])
	case "slow-environment":
		return fmt.Sprintf("the Python in %s did not load ipykernel within %s s: its kernels may start late, or not at all", params[0], params[1])
	case "kernelspec":
		return fmt.Sprintf("the kernel %s cannot start, because its program %s does not exist: remove its folder %s on the cluster, or install the kernel again", params[0], params[1], params[2])
	}
	return "these settings of your Jupyter configuration on the cluster are not used, because " + fault.Setting("idle") + " decides when an unused kernel ends: " + params[0]
}

// Socket returns the path of Jupyter's socket in the private directory on the node.
func Socket(private string) string { return private + "/s" }

// KernelStarts returns when the kernels' processes began, by kernel id; host is in
// the job. Jupyter reports a kernel that it restarted after it died during a cell as busy
// until it is used again; a kernel that really runs a cell began before the cell.
func KernelStarts(ctx context.Context, host slurm.Host) (map[string]time.Time, error) {
	text, err := runScript(ctx, host, kernelStartsScript)
	if err != nil {
		return nil, err
	}
	return ParseKernelStarts(text), nil
}

// ParseKernelStarts reads the lines of kernel_starts.sh. If a kernel has several processes,
// as when a script starts it, the first counts.
func ParseKernelStarts(text string) map[string]time.Time {
	starts := map[string]time.Time{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != "started" {
			continue
		}
		milliseconds, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			continue
		}
		at := time.UnixMilli(milliseconds)
		if first, known := starts[fields[1]]; !known || at.Before(first) {
			starts[fields[1]] = at
		}
	}
	return starts
}
