package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/internal/units"
)

// kernelLimit bounds how long the kernel may take to start and to run a cell. Jupyter
// itself gives a kernel one minute.
const kernelLimit = 3 * time.Minute

// pythonCell prints what newcomers look at in their first cell.
const pythonCell = `import json, os, socket
print(json.dumps({"host": socket.gethostname(), "cpus": os.cpu_count(), "mine": len(os.sched_getaffinity(0)), "dir": os.getcwd()}))`

// otherCell is a cell in any other language.
const otherCell = "1 + 1"

// cellFacts is what pythonCell prints.
type cellFacts struct {
	Host string `json:"host"`
	CPUs int    `json:"cpus"`
	Mine int    `json:"mine"`
	Dir  string `json:"dir"`
}

// checkCell starts the kernel that a new notebook would have, and runs a cell in it.
func (c *checker) checkCell(ctx context.Context) finding {
	if !c.job.settle(ctx) || c.job.cause != nil {
		return skipped()
	}
	snap := c.job.Snapshot()
	transport := &http.Transport{Proxy: nil}
	defer transport.CloseIdleConnections()
	client := &jupyter.Client{URL: snap.URL, Token: snap.Token, HTTP: &http.Client{Transport: transport}}
	limit, cancel := context.WithTimeout(ctx, kernelLimit)
	defer cancel()
	spec, err := client.DefaultKernelspec(limit)
	if err != nil {
		return failed(c.kernelError(ctx, spec, err))
	}
	output, err := runCell(limit, client, spec)
	if err != nil {
		return failed(c.kernelError(ctx, spec, err))
	}
	var f cellFacts
	if !isPython(spec) || json.Unmarshal([]byte(output), &f) != nil {
		return ok("a cell runs in " + kernelTitle(spec))
	}
	return ok(fmt.Sprintf("host %s with %d CPUs, %d of them for this job; directory %s", f.Host, f.CPUs, f.Mine, f.Dir))
}

func isPython(spec jupyter.Kernelspec) bool { return strings.EqualFold(spec.Language, "python") }

// runCell returns what a cell printed in a new kernel. The kernel ends with the job.
func runCell(ctx context.Context, client *jupyter.Client, spec jupyter.Kernelspec) (string, error) {
	kernel, err := client.StartKernel(ctx)
	if err != nil {
		return "", err
	}
	defer kernel.Disconnect()
	if isPython(spec) {
		return kernel.Execute(ctx, pythonCell)
	}
	return kernel.Execute(ctx, otherCell)
}

func kernelTitle(spec jupyter.Kernelspec) string {
	if spec.Title == "" {
		return "the kernel " + spec.Name
	}
	return fmt.Sprintf("the kernel %s (%s)", spec.Title, spec.Name)
}

// kernelError says why no cell ran in a job that is ready. The kernel's own words are in
// Jupyter's log only.
func (c *checker) kernelError(ctx context.Context, spec jupyter.Kernelspec, err error) error {
	if isClosed(c.job.Done()) {
		if cause := c.job.Snapshot().Cause; cause != nil {
			return cause
		}
	}
	f := &fault.Error{Code: fault.KernelFailed, Tried: "running a cell in " + kernelTitle(spec), Err: err,
		Advice: "On the cluster, install ipykernel again in the environment that this kernel belongs to, or remove the kernel: " +
			fault.Shell("jupyter kernelspec list") + " shows its folder."}
	var status *jupyter.StatusError
	switch isStatus := errors.As(err, &status); {
	case len(spec.Argv) == 0 && spec.Name != "":
		f.Answer = "Jupyter there has no kernel of this name"
		f.Advice = "Install ipykernel in the environment that Jupyter runs in."
	case isStatus && strings.Contains(status.Reason(), "No such file or directory"):
		f.Answer = "its program " + spec.Argv[0] + " does not exist, or the one that its first line names"
	case isStatus:
		f.Answer = "it could not be started: " + bounded.Text(status.Reason(), 500)
	case errors.Is(err, jupyter.ErrKernelDied):
		f.Answer = "it ended at once"
		if words := bounded.Text(c.kernelWords(ctx), 1000); words != "" {
			f.Answer += ": " + words
		}
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		f.Answer = "it did not answer within " + units.Duration(kernelLimit)
		f.Advice = "See Jupyter's log. A slow disk under the environment is the usual cause."
	}
	return f
}

// kernelWords returns the last line in Jupyter's log that is not Jupyter's own.
func (c *checker) kernelWords(ctx context.Context) (last string) {
	text, err := c.job.Log(ctx, 200)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '[' {
			last = line
		}
	}
	return last
}
