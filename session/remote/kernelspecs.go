package remote

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed kernelspecs.sh
var kernelspecsScript string

// findLimit is how long a job looks for environments. It has time: kernels can be used before.
const findLimit = 10 * time.Second

// kernelspecsLines returns kernelspecs.sh, for launch.sh. title is the cluster's, for the kernels'
// names.
func kernelspecsLines(title, workdir string, chosen slurm.Chosen) (string, error) {
	find, err := environments.Script(environments.Options{Workdir: workdir, Limit: findLimit})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "chosen=%s\nchosen_name=%s\nchosen_version=%s\ntitle=%s\n",
		loginshell.Quote(chosen.Path), loginshell.Quote(chosen.Title), loginshell.Quote(chosen.Python), loginshell.Quote(title))
	b.WriteString(printer("activate_script", slurm.ActivateScript()))
	b.WriteString(printer("find_script", loginshell.StripComments(loginshell.NeutralScript())+find))
	return b.String() + kernelspecsScript, nil
}
