package slurm

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/loginshell"
)

//go:embed scripts/estimate.sh
var estimateScript string

const testSubmitting = "asking Slurm whether it would accept the job"

const estimating = "asking Slurm when jobs would start"

// accountsPatience is how long, in seconds, the accounting database may take to name the user's
// QOS, while the user waits for estimates.
const accountsPatience = 1

// Outcome is when a job would start.
type Outcome string

// The outcomes.
const (
	// StartsNow: within a minute.
	StartsNow Outcome = "now"
	// StartsLater: at the estimated time.
	StartsLater Outcome = "later"
	// StartsNever: Slurm would refuse it.
	StartsNever Outcome = "never"
	// StartUnknown: Slurm would accept it and has no estimate.
	StartUnknown Outcome = "unknown"
)

// Estimate is Slurm's estimate for one shape.
type Estimate struct {
	Shape
	// Outcome is when it would start.
	Outcome Outcome
	// In is the time from now until the start, by the cluster's clock; for [StartsLater].
	In time.Duration
	// Reason is why it never starts, or why the start is not known.
	Reason string
}

// Estimates asks Slurm when a job with the request would start, and when some with fewer
// CPUs, a shorter time, in another partition or with another QOS would, see Resources.shapes.
// The first estimate is for the request itself. A shape that Slurm would refuse is left out, unless
// it is the first. One command on the login node makes two scheduler calls (scontrol show
// partition, sinfo), one to the accounting database (sacctmgr), and one for each shape
// (sbatch --test-only). plan returns the request at the site, and the site's rules.
//
// Slurm estimates from the time limits of running and waiting jobs. What fits into a gap between
// those starts sooner, see [Client.FitsGap].
func (c *Client) Estimates(ctx context.Context, plan func(Site) (Request, Rules)) ([]Estimate, error) {
	ctx, cancel := context.WithTimeout(ctx, commandDeadline)
	defer cancel()
	script := fmt.Sprintf("sp_silence=%d\nsp_patience=%d\n", int(loginshell.MaxSilence.Seconds()), accountsPatience)
	conv, err := c.converse(ctx, script+c.siteLines()+resourcesScript+estimateScript)
	if err != nil {
		return nil, contextError(ctx, estimating, err)
	}
	defer conv.close()
	resources, err := readResources(func() (frame, error) { return conv.next(ctx) })
	if err != nil {
		return nil, contextError(ctx, estimating, err)
	}
	shapes, err := resources.shapes(plan(resources.Site))
	if err != nil {
		return nil, err
	}
	if err := conv.send(ctx, estimateMessage(shapes)); err != nil {
		return nil, contextError(ctx, estimating, err)
	}
	var estimates []Estimate
	for i, shape := range shapes {
		e := Estimate{Shape: shape, Outcome: StartsNever}
		if shape.refusal != nil {
			e.Reason = shape.refusal.Answer
		} else if err := conv.estimate(ctx, &e); err != nil {
			return nil, err
		}
		resources.correct(&e)
		if i == 0 || e.Outcome != StartsNever {
			estimates = append(estimates, e)
		}
	}
	return estimates, nil
}

// correct changes what --test-only leaves out or names by another cause: it takes a partition that is
// down, or in some versions one that is closed to the user's groups, for one that starts the job, and a
// node that is drained for one that does not exist.
func (r Resources) correct(e *Estimate) {
	p, known := Site{Partitions: r.all}.partition(e.resolved.Partition)
	switch {
	case known && slices.Contains(r.closed, p.Name) && e.Outcome != StartsNever:
		e.Outcome, e.In, e.Reason = StartsNever, 0, "the partition is closed to your account and groups"
	case known && !p.Up && e.Outcome != StartsNever:
		e.Outcome, e.In, e.Reason = StartUnknown, 0, "the partition starts no jobs now"
	case known && e.Reason == tooMuch && len(r.Nodes[p.Name]) > 0 && r.hasNode(p, e.resolved):
		e.Outcome, e.Reason = StartUnknown, "no node that has this is available now"
	}
}

// estimateMessage returns the requests that estimate.sh reads.
func estimateMessage(shapes []Shape) string {
	var b strings.Builder
	for _, s := range shapes {
		if s.refusal != nil {
			continue
		}
		options := testOptions(s.resolved)
		fmt.Fprintf(&b, "%d\n%s\x00", len(options), strings.Join(options, "\x00"))
	}
	return b.String() + "0\n"
}

// testOptions returns sbatch's arguments that ask about a job without submitting it.
func testOptions(req Request) []string {
	options := []string{"--test-only"}
	for _, option := range req.Options("") {
		if option != "--parsable" {
			options = append(options, option)
		}
	}
	return append(options, "--wrap=true")
}

// estimate reads the next answer. Its error is a fault of Slurm's or of the link.
func (c *conversation) estimate(ctx context.Context, e *Estimate) error {
	f, err := c.next(ctx)
	if err != nil {
		return contextError(ctx, estimating, err)
	}
	clock, answer, _ := strings.Cut(f.text, " ")
	seconds, err := strconv.ParseInt(clock, 10, 64)
	if err != nil {
		return parseError(estimating, fmt.Errorf("the clock of the login node: %w", err))
	}
	if f.status != 0 && isUnreachable(answer) {
		return rejectionError(estimating, frame{name: "sbatch", status: f.status, text: answer})
	}
	e.Outcome, e.In, e.Reason = parseEstimate(answer, f.status, time.Unix(seconds, 0))
	return nil
}

// startsAt is sbatch's answer to --test-only for a job that it would accept. 26.05 has " a" after the time.
var startsAt = regexp.MustCompile(`\bto start at (\S+) (?:\S+ )?using\b`)

// soon is how far away a start may be that counts as now: Slurm starts jobs every few seconds
// to minutes.
const soon = time.Minute

// parseEstimate reads what sbatch --test-only answered at a time, by the clock of the cluster.
func parseEstimate(answer string, status int, now time.Time) (outcome Outcome, in time.Duration, reason string) {
	if m := startsAt.FindStringSubmatch(answer); status == 0 && m != nil {
		at := instant(m[1])
		switch in = at.Sub(now); {
		case at.IsZero():
			return StartUnknown, 0, "Slurm has no estimate"
		case in <= soon:
			return StartsNow, 0, ""
		}
		return StartsLater, in, ""
	}
	if status == 0 {
		return StartUnknown, 0, "Slurm has no estimate"
	}
	for _, known := range estimateAnswers {
		if hasAny(answer, []string{known.words}) {
			return known.outcome, 0, known.reason
		}
	}
	return StartsNever, 0, cmp.Or(cleanMessage(answer), "Slurm refuses it")
}

const tooMuch = "more than any node has"

// estimateAnswers are answers to --test-only that mean something else, or less, than they say. The
// first two are about the state of the nodes: sbatch itself accepts such a job, which then waits.
var estimateAnswers = []struct {
	words   string
	outcome Outcome
	reason  string
}{
	{"Requested nodes are busy", StartUnknown, "its nodes are busy"},
	{"Required node not available", StartUnknown, "its nodes are down, drained or reserved"},
	{"Requested node configuration is not available", StartsNever, tooMuch},
	{"Requested partition configuration not available", StartsNever, "more than the partition allows, or the partition is down"},
}

// nodeWords are messages of sbatch --test-only about the current state of the nodes. sbatch
// itself may accept such a job, which then waits.
var nodeWords = []string{"Requested nodes are busy", "Required node not available", "Requested node configuration is not available"}

// TestSubmit asks Slurm whether it would accept the job, without submitting it: one
// scheduler call (sbatch --test-only). The site's own rules (job_submit) count, the current
// state of the nodes does not. The error is the same as Submit's.
func (c *Client) TestSubmit(ctx context.Context, req Request) error {
	f, err := c.answerOf(ctx, testSubmitting, "sbatch", quoteAll(testOptions(req)))
	if err != nil || f.status == 0 || hasAny(f.text, nodeWords) {
		return err
	}
	return req.Explain(rejectionError(testSubmitting, f))
}

// quoteAll returns words for a shell.
func quoteAll(words []string) string {
	quoted := make([]string, 0, len(words))
	for _, word := range words {
		quoted = append(quoted, loginshell.Quote(word))
	}
	return strings.Join(quoted, " ")
}
