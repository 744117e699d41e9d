package check

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/channels"
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
	if channels.IsClosed(c.job.Done()) {
		if cause := c.job.Snapshot().Cause; cause != nil {
			return cause
		}
	}
	f := &fault.Error{Code: fault.KernelFailed, Tried: "running a cell in " + kernelTitle(spec), Err: err,
		Advice: "On the cluster, install ipykernel again in the environment that this kernel belongs to, or remove the kernel: " +
			fault.Shell("jupyter kernelspec list") + " shows its folder."}
	words := ""
	status, isStatus := errors.AsType[*jupyter.StatusError](err)
	if isStatus {
		words = bounded.Text(cmp.Or(status.Reason(), c.lastLogged(ctx, exceptionLine), status.Status), 1000)
	} else {
		words = bounded.Text(c.lastLogged(ctx, kernelLine), 1000)
	}
	switch {
	case len(spec.Argv) == 0 && spec.Name != "":
		f.Answer = "Jupyter there has no kernel of this name"
		f.Advice = "Install ipykernel in the environment that Jupyter runs in."
	case isStatus && strings.Contains(words, "No such file or directory"):
		f.Answer = "its program " + spec.Argv[0] + " does not exist, or the one that its first line names"
	case isStatus:
		f.Answer = "it could not be started: " + words
	case errors.Is(err, jupyter.ErrKernelDied):
		f.Answer = "it ended at once"
		if words != "" {
			f.Answer += ": " + words
		}
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		f.Answer = "it did not answer within " + units.Duration(kernelLimit)
		f.Advice = "See Jupyter's log. A slow disk under the environment is the usual cause."
	}
	return f
}

// Jupyter's log has its own lines with the time in brackets, tracebacks indented below them,
// and between them what kernels write.
var (
	exceptionLine = regexp.MustCompile(`^\s+([\w.]*(?:Error|Exception): .*)$`)
	kernelLine    = regexp.MustCompile(`^([^\[\s0].*)$`) // the debugger's warnings begin with "0.00s"
)

// lastLogged returns what the last line of Jupyter's log matches that does.
func (c *checker) lastLogged(ctx context.Context, pattern *regexp.Regexp) (last string) {
	text, err := c.job.Log(ctx, 200)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(text) {
		if m := pattern.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			last = m[1]
		}
	}
	return last
}
