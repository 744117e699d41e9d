package slurm

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/loginshell"
)

//go:embed scripts/submit.sh
var submitScript string

// submitCommand returns the text of submit.sh, which waits for its request until nothing has
// come for silence.
func (c *Client) submitCommand(silence time.Duration) string {
	return fmt.Sprintf("sp_silence=%d\n", int(silence.Seconds())) + c.siteLines() + submitScript
}

// Submission is a job to submit.
type Submission struct {
	// Options are sbatch's arguments, one word each, see [Request.Options].
	Options []string
	// Script is the batch script. Slurm keeps it, so it must have no secret.
	Script string
}

// Submitted is a job that Slurm has accepted.
type Submitted struct {
	// ID is the job's, see Job.
	ID string
	// Sessions are as in Site, listed after the submission; nil if the home directory was too slow.
	Sessions []string
}

// ErrOutcomeUnknown is in the chain of an error of Submit when the job may exist
// although Submit failed: look for it by its comment and cancel it.
var ErrOutcomeUnknown = errors.New("it is not known whether the job was submitted")

// abandonDeadline bounds how long a cancelled Submit waits to learn what became
// of its job.
const abandonDeadline = 60 * time.Second

// listingPatience is how long a submitted job waits for the list of the user's sessions.
const listingPatience = 10 * time.Second

const submitting = "submitting the job with sbatch"

// Submit asks the site for its facts, has plan make the job from them, and
// submits it: one command on the login node, two scheduler calls (scontrol show
// partition, sbatch).
//
// An error of plan is returned unchanged, with nothing submitted. When ctx ends
// before the job was sent, nothing is submitted; when it ends after, Submit
// waits for sbatch's answer, a minute at most, cancels the job and then
// returns [fault.Cancelled]. If it cannot learn what became of the job, the
// error has [ErrOutcomeUnknown] in its chain. The login node guards the gap: a
// job that Submit has not acknowledged within 10 s of sbatch's answer, because
// this process or the link died, is cancelled there.
func (c *Client) Submit(ctx context.Context, plan func(Site) (Submission, error)) (Submitted, error) {
	start, cancel := context.WithTimeout(ctx, commandDeadline)
	defer cancel()
	conv, err := c.converse(start, c.submitCommand(loginshell.MaxSilence))
	if err != nil {
		return Submitted{}, contextError(start, submitting, err)
	}
	defer conv.close()
	site, err := readSite(func() (frame, error) { return conv.next(start) })
	if err != nil {
		return Submitted{}, contextError(start, lookingUp, err)
	}
	stop := loginshell.Heartbeat(conv.rw)
	job, err := plan(site)
	stop() // the request follows, byte by byte
	if err != nil {
		return Submitted{}, err
	}
	if ctx.Err() != nil {
		return Submitted{}, contextError(ctx, submitting, ctx.Err())
	}
	conv.named = slices.ContainsFunc(job.Options, func(o string) bool { return strings.HasPrefix(o, "--clusters=") })
	if err := conv.send(ctx, submitMessage(job)); err != nil {
		return Submitted{}, markOutcomeUnknown(contextError(ctx, submitting, err))
	}
	id, err := conv.outcome(ctx)
	submitted := Submitted{ID: id}
	if err == nil && site.Sessions != nil {
		if f, err := conv.answer(ctx, "sessions", c.patience); err == nil { // the job is submitted whether or not they come
			submitted.Sessions = strings.Fields(f.text)
		}
	}
	return submitted, err
}

// outcome waits for the outcome of a job that was sent: submitted, refused or unknown.
func (c *conversation) outcome(ctx context.Context) (id string, err error) {
	answer, err := c.answer(ctx, "sbatch", commandDeadline)
	if ctx.Err() != nil {
		return "", c.abandon(ctx, answer)
	}
	if err != nil {
		return "", err
	}
	if answer.status != 0 {
		return "", rejectionError(submitting, answer)
	}
	id, ok := submittedID(answer.text, c.named)
	if !ok {
		return "", markOutcomeUnknown(parseError(submitting, fmt.Errorf("no job number in %q", bounded.End(answer.text, maxShown))))
	}
	if err := c.send(ctx, "keep\n"); err != nil {
		return "", markOutcomeUnknown(contextError(ctx, submitting, err))
	}
	return id, nil
}

// answer waits for the frame with this name. sbatch gives up within commandDeadline; after
// that, the link is dead.
func (c *conversation) answer(ctx context.Context, name string, patience time.Duration) (frame, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		f, err := c.next(limited)
		if err != nil {
			return frame{}, markOutcomeUnknown(contextError(limited, submitting, err))
		}
		if f.name == name {
			return f, nil
		}
	}
}

// abandon makes the script cancel the job of a cancelled Submit, and returns what became of
// it. answer is sbatch's, if there was one.
func (c *conversation) abandon(ctx context.Context, answer frame) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonDeadline)
	defer cancel()
	nothing := contextError(ctx, submitting, ctx.Err())
	if err := c.send(limited, "cancel\n"); err != nil {
		return markOutcomeUnknown(nothing)
	}
	if answer.name == "" {
		var err error
		if answer, err = c.answer(limited, "sbatch", commandDeadline); err != nil {
			return markOutcomeUnknown(nothing)
		}
	}
	id, ok := submittedID(answer.text, c.named)
	if !ok {
		if answer.status != 0 && !outcomeUnknown(answer.text) {
			return nothing
		}
		return markOutcomeUnknown(nothing)
	}
	if f, err := c.answer(limited, "scancel", commandDeadline); err != nil || f.status != 0 {
		return markOutcomeUnknown(&fault.Error{Code: fault.ReleaseUnconfirmed, Tried: "cancelling job " + id,
			Answer: bounded.End(f.text, maxShown), Err: err, Advice: "Stop it with " + CancelCommand(id) + " on the cluster."})
	}
	return nothing
}

// markOutcomeUnknown marks an error of Submit: the job may exist.
func markOutcomeUnknown(err error) error {
	f := fault.As(err)
	if f == nil {
		return errors.Join(err, ErrOutcomeUnknown)
	}
	marked := *f
	marked.Err = errors.Join(f.Err, ErrOutcomeUnknown)
	return &marked
}

var idLine = regexp.MustCompile(`^(\d+)(?:;(.*))?$`)

// submittedID finds the job's ID in what `sbatch --parsable` printed: the last line that
// is a number, with the cluster's name behind a semicolon, which counts if clusters were
// named: some sites print it always. Sites print greetings and warnings around it.
func submittedID(text string, named bool) (id string, ok bool) {
	for line := range strings.Lines(text) {
		if m := idLine.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			if id, ok = m[1], true; named {
				id = joinID(m[1], m[2])
			}
		}
	}
	return id, ok
}
