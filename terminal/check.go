package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

func (p *program) checkCommand() *cobra.Command {
	params := protocol.ClusterCheckParams{ProgressToken: "check"}
	var report string // a file to write the report to; empty: none
	cmd := &cobra.Command{
		Use:        "check [CLUSTER | USER | USER@HOST]",
		SuggestFor: []string{"test", "doctor", "login", "diagnose"},
		Short:      "Check the connection to a cluster and report what is wrong",
		Long: `Check connects to the cluster as start would, examines Slurm and your home directory,
and reports each result with advice. With --full it also starts a small job, to see
whether Jupyter is found there, its kernel starts and cells run. docs/troubleshooting.md lists
everything that it can find.`,
		Example: `  sunpyter check
  sunpyter check your.scw.username
  sunpyter check --full --report report.txt`,
		Args:              maxArgs(1),
		ValidArgsFunction: completeClusters,
	}
	cmd.Flags().BoolVar(&params.Full, "full", false, "also start a small job, for a few minutes at most")
	cmd.Flags().StringVar(&report, "report", "", "write a report without your user name to `FILE`, to send to support")
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error {
		params.Cluster = firstArg(args)
		return a.check(ctx, params, report, markColours(p.out, os.Getenv))
	})
}

func (a *oneShot) check(ctx context.Context, params protocol.ClusterCheckParams, report string, paint markFunc) error {
	var result protocol.ClusterCheckResult
	a.screen.SetStatus("Checking…", false)
	if err := a.call(ctx, protocol.MethodClusterCheck, params, &result); err != nil {
		return err
	}
	a.emitter.emit(event{Event: "check", Check: &result})
	if report != "" {
		if err := writeReport(report, result.Report); err != nil {
			return err
		}
		defer a.printNote("The report is in " + report + ".")
	}
	a.screen.Line("%s (%s)", result.Cluster, accountText(protocol.Session{User: result.User, Host: result.Host}))
	for _, step := range result.Steps {
		a.printStep(step, paint)
	}
	if !result.OK {
		a.screen.Line("Kernels cannot be started there yet.")
		return exitError(exitFailed)
	}
	a.screen.Line("%s", verdict(result, params.Full))
	return nil
}

// verdict sums up a check that found no failure: only a cell that ran shows that kernels
// can be started.
func verdict(result protocol.ClusterCheckResult, full bool) string {
	ran := slices.ContainsFunc(result.Steps, func(s protocol.CheckStep) bool { return s.Name == "cell" && s.Outcome == protocol.CheckOK })
	switch {
	case ran:
		return "Everything works: you can start kernels there."
	case full:
		return "No problem was found, but no cell has run."
	}
	return "No problem was found. Use --full to start a small job and run a cell in it, too."
}

// writeReport creates a new file; it never overwrites one.
func writeReport(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return rpcclient.NewFailure(fault.BadRequest, "writing the report to "+path, err.Error(), "Choose a new file in a folder that you can write to.")
	}
	return nil
}

func (a *oneShot) printStep(step protocol.CheckStep, paint markFunc) {
	text := step.Title
	if step.Detail != "" {
		text += ": " + step.Detail
	}
	if step.Milliseconds >= 1000 {
		text += " (" + units.Duration(time.Duration(step.Milliseconds)*time.Millisecond) + ")"
	}
	a.screen.MarkedLine(paint(step.Outcome), text)
	if step.Advice != "" {
		a.screen.Line("      %s", step.Advice)
	}
}

// markFunc returns the mark of an outcome.
type markFunc func(protocol.CheckOutcome) string

// markColours returns the marks, coloured if out is a terminal that supports it and NO_COLOR is
// not set.
func markColours(out io.Writer, env func(string) string) markFunc {
	file, ok := out.(interface{ Fd() uintptr })
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
