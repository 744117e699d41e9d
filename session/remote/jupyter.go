package remote

import (
	"path"
	"strings"
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

// Socket is where job.sh has Jupyter listen, in the private directory of the node.
func Socket(private string) string { return private + "/s" }
