package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) checkCommand() *cobra.Command {
	var flags clientFlags
	var o checkOptions
	cmd := &cobra.Command{
		Use:        "check [CLUSTER | USER | USER@HOST]",
		SuggestFor: []string{"test", "doctor", "login", "diagnose"},
		Short:      "Check the connection to a cluster and report what is wrong",
		Long: `Check connects to the cluster as start would, looks for Slurm and at your home
directory, and says each time what it found and what to do. It starts no job, unless
--full asks for a small one, which also shows whether Jupyter is found there and
whether cells would run. docs/troubleshooting.md has all that it can find.`,
		Example: `  sunpyter check
  sunpyter check your.scw.username
  sunpyter check --full --report report.txt`,
		Args:              atMost(1),
		ValidArgsFunction: completeClusters,
		RunE: func(_ *cobra.Command, args []string) error {
			return p.withServer(flags, func(ctx context.Context, a *asking) error {
				return a.check(ctx, first(args), o, colours(p.out, os.Getenv))
			})
		},
	}
	clientFlagsOn(cmd.Flags(), &flags)
	cmd.Flags().BoolVar(&o.full, "full", false, "also start a small job, for a few minutes at most")
	cmd.Flags().StringVar(&o.report, "report", "", "write a report without your names to `FILE`, to send to someone who helps")
	return cmd
}

// checkOptions are what check can be asked for.
type checkOptions struct {
	full   bool
	report string // a file to write the report to; empty: none
}

func (a *asking) check(ctx context.Context, cluster string, o checkOptions, paint painter) error {
	var result protocol.ClusterCheckResult
	params := protocol.ClusterCheckParams{Cluster: cluster, Full: o.full, ProgressToken: "check"}
	a.screen.wait("Checking…", false)
	if err := a.client.call(ctx, protocol.MethodClusterCheck, params, &result); err != nil {
		return err
	}
	a.screen.wait("", false)
	a.emitter.emit(event{Event: "check", Check: &result})
	if o.report != "" {
		if err := writeReport(o.report, result.Report); err != nil {
			return err
		}
		defer a.note("The report is in " + o.report + ".")
	}
	a.screen.line("%s (%s)", result.Cluster, account(protocol.Session{User: result.User, Host: result.Host}))
	for _, step := range result.Steps {
		a.step(step, paint)
	}
	if !result.OK {
		a.screen.line("Kernels cannot be started there yet.")
		return exitError(exitFailed)
	}
	a.screen.line("Everything works: kernels can be started there.")
	return nil
}

// writeReport writes a file that must not exist: nothing of the user's is written over.
func writeReport(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return fail(fault.BadRequest, "writing the report to "+path, err.Error(), "Choose a new file in a folder that you can write to.")
	}
	return nil
}

func (a *asking) step(step protocol.CheckStep, paint painter) {
	text := step.Title
	if step.Detail != "" {
		text += ": " + step.Detail
	}
	if step.Milliseconds >= 1000 {
		text += " (" + units.Duration(time.Duration(step.Milliseconds)*time.Millisecond) + ")"
	}
	a.screen.painted(paint(step.Outcome), text)
	if step.Advice != "" {
		a.screen.line("      %s", step.Advice)
	}
}

// painter returns the mark of an outcome.
type painter func(protocol.CheckOutcome) string

// colours returns the marks, in colours where out is a terminal that shows them and the
// person wants them (NO_COLOR).
func colours(out io.Writer, env func(string) string) painter {
	file, ok := out.(*os.File)
	on := ok && term.IsTerminal(int(file.Fd())) && env("NO_COLOR") == "" && env("TERM") != "dumb" && runtime.GOOS != "windows"
	return func(outcome protocol.CheckOutcome) string {
		mark, colour := "–", "2"
		switch outcome {
		case protocol.CheckOK:
			mark, colour = "✓", "32"
		case protocol.CheckWarning:
			mark, colour = "!", "33"
		case protocol.CheckFailed:
			mark, colour = "✗", "31"
		}
		if !on {
			return mark
		}
		return "\x1b[" + colour + "m" + mark + "\x1b[0m"
	}
}
