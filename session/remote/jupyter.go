package remote

import (
	"fmt"
	"path"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

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

// Page is the path that a browser should open.
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

// KernelName returns the quoted name of a kind of kernel, from the job's notices; it may
// be empty.
func KernelName(encoded string) string {
	name := decode(encoded)
	if name == "" {
		return ""
	}
	return Excerpt(name)
}

// Notice returns the text of a notice of the job's about the user's own set-up. rest is in
// base64, one fact per line.
func Notice(verb, rest string) string {
	facts := append(strings.Split(decode(rest), "\n"), "", "", "")
	switch verb {
	case "skipped":
		return fmt.Sprintf("%s was not used, because the program that its first line names, %s, does not exist: install it again, or remove it", facts[0], facts[1])
	case "kernelspec":
		return fmt.Sprintf("the kernel %s cannot start, because its program %s does not exist: remove its folder %s on the cluster, or install the kernel again", facts[0], facts[1], facts[2])
	}
	return "these settings of your Jupyter configuration on the cluster are not used, because " + fault.Setting("idle") + " decides when an unused kernel ends: " + facts[0]
}

// Text returns what a script encoded in base64.
func Text(encoded string) string { return decode(encoded) }

// Socket is where job.sh has Jupyter listen, in the private directory of the node.
func Socket(private string) string { return private + "/s" }
