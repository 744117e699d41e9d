package remote

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/slurm"
)

var (
	//go:embed scripts/kernelspecs.sh
	kernelspecsScript string
	//go:embed scripts/container.sh
	containerScript string
	//go:embed scripts/container_run.sh
	containerRunScript string
)

// findLimit is how long a job looks for environments. It has time: kernels can be used before.
const findLimit = 10 * time.Second

// probeLimit is how long a job waits for the Python of the environment that was chosen. Its kernel may
// still start after that.
const probeLimit = time.Minute

// kernelspecsLines returns kernelspecs.sh for launch.sh, after container.sh if there is a container. title is the cluster's, for
// the kernels' names.
func kernelspecsLines(title, workdir string, environment slurm.Environment) (string, error) {
	chosen := environment.Chosen
	find, err := environments.Script(environments.Options{Workdir: workdir, Limit: findLimit})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "chosen=%s\nchosen_name=%s\nchosen_version=%s\ntitle=%s\nprobe_limit=%d\n",
		loginshell.Quote(chosen.Path), loginshell.Quote(chosen.Title), loginshell.Quote(chosen.Python), loginshell.Quote(title), int(probeLimit.Seconds()))
	if environment.Container == "" {
		b.WriteString("container=\n")
	} else if err := containerLines(&b, environment); err != nil {
		return "", err
	}
	b.WriteString(printer("activate_script", slurm.ActivateScript()))
	b.WriteString(printer("find_script", loginshell.StripComments(loginshell.NeutralScript())+find))
	return b.String() + loginshell.StripComments(kernelspecsScript), nil
}

// EnvironmentTitle returns what to call the environment that the kernels of a job run in; "": none was chosen.
func EnvironmentTitle(e slurm.Environment) string {
	if e.Container != "" {
		return environments.ContainerName(e.Container)
	}
	return cmp.Or(e.Chosen.Title, e.Name)
}

// containerLines writes container.sh, after what it needs.
func containerLines(b *strings.Builder, e slurm.Environment) error {
	image, err := loginshell.ExpandPath(e.Container)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "container=%s\ncontainer_name=%s\ncontainer_binds=(", image, loginshell.Quote(environments.ContainerName(e.Container)))
	for _, bind := range e.ContainerBinds {
		source, target, _ := strings.Cut(bind, ":")
		word, err := loginshell.ExpandPath(source)
		if err != nil {
			return err
		}
		b.WriteString(" " + word)
		if target != "" {
			b.WriteString(loginshell.Quote(":" + target))
		}
	}
	b.WriteString(")\n" + printer("container_run_script", loginshell.StripComments(containerRunScript)) + loginshell.StripComments(containerScript))
	return nil
}
