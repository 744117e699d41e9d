package slurm

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
)

// Host runs command lines as the user on the login node, as sshd does: the
// user's login shell gets `-c command`.
type Host interface {
	// Run runs command to its end with stdin as its input. An exit status that is
	// not zero is no error; an error means that the outcome is not known (the link
	// was lost, ctx is done).
	Run(ctx context.Context, command string, stdin []byte) (stdout, stderr []byte, exit int, err error)
	// Start runs command and returns its output and its input.
	// Close ends the input and the channel; a Read that waits then returns. Several
	// goroutines may write at once. ctx bounds only the start.
	Start(ctx context.Context, command string) (io.ReadWriteCloser, error)
}

// commandDeadline bounds every call: Slurm's commands themselves take up to 49 s
// to give up on a controller that does not answer (slurmctld silent, 22.05).
const commandDeadline = 75 * time.Second

// Client runs Slurm's commands at one site as one user. It has no state and may be used by
// several goroutines at once.
type Client struct {
	host     Host
	clusters string // see On
	file     string // see KnowsFile
	patience time.Duration
}

// New returns a client that reaches Slurm through h, which stays the caller's.
func New(h Host) *Client { return &Client{host: h, patience: listingPatience} }

// KnowsFile returns a client that has the site's file with this hash (64 hexadecimal digits),
// whose text need not be sent again.
func (c *Client) KnowsFile(hash string) *Client {
	knows := *c
	knows.file = hash
	return &knows
}

// SiteFile returns the site's own file for Sunpyter: one command without a scheduler call.
func (c *Client) SiteFile(ctx context.Context) (SiteFile, error) {
	const tried = "reading the site's own file for Sunpyter"
	frames, err := c.ask(ctx, tried, c.siteFileLines()+"frame end 0 ''\n")
	if err != nil || frames[0].name != "file" {
		return SiteFile{}, err
	}
	return parseSiteFile(frames[0].text), nil
}

//go:embed scripts/common.sh
var commonScript string

// ask runs lines of bash after common.sh and returns the frames that they print.
func (c *Client) ask(ctx context.Context, tried, script string) ([]frame, error) {
	bounded, cancel := context.WithTimeout(ctx, commandDeadline)
	defer cancel()
	stdout, _, _, err := c.host.Run(bounded, loginshell.Command(c.prelude()+script), nil)
	if err != nil {
		return nil, contextError(bounded, tried, err)
	}
	output, err := loginshell.StripNoise(stdout)
	if err != nil {
		return nil, err
	}
	frames, err := readFrames(output)
	if err != nil {
		return nil, parseError(tried, err)
	}
	if len(frames) > 0 && frames[0].name == "missing" {
		return nil, missingSlurmError(tried, frames[0].text)
	}
	return frames, nil
}

// prelude returns the beginning of every script: common.sh, and the clusters.
func (c *Client) prelude() string {
	if c.clusters == "" {
		return commonScript
	}
	return commonScript + "sp_clusters=" + loginshell.Quote(c.clusters) + "\n"
}

// siteLines returns the lines that print the site's facts.
func (c *Client) siteLines() string { return c.siteFileLines() + siteScript }

func (c *Client) siteFileLines() string {
	return "sp_known_file=" + loginshell.Quote(c.file) + "\n" + siteFileScript
}

func readFrames(output []byte) ([]frame, error) {
	r := bufio.NewReader(bytes.NewReader(output))
	var frames []frame
	for {
		f, err := readFrame(r)
		if errors.Is(err, io.EOF) && len(frames) > 0 {
			return frames, nil
		}
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
}

// contextError returns the error of a call to the host that failed.
func contextError(ctx context.Context, tried string, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &fault.Error{Code: fault.Cancelled, Tried: tried, Answer: "cancelled", Err: ctx.Err()}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &fault.Error{Code: fault.SlurmUnreachable, Tried: tried, Answer: "no answer in time", Err: ctx.Err(),
			Advice: "The login node or Slurm is slow or not responding; try again in a few minutes"}
	}
	if fault.As(err) != nil {
		return err
	}
	return &fault.Error{Code: fault.LinkLost, Tried: tried, Err: err, Advice: "Check the connection to the login node and try again"}
}

//go:embed scripts/step.sh
var stepScript string

// StepCommand returns a command line for the login node that runs command, a bash script, in
// a running job: as a step on one CPU that it shares with the job, with the job's memory and
// without its GPUs. Input and output are those of command, after the marker (see
// [loginshell.SkipNoise]), and so is the exit status. srun ends within 10 s if Slurm does not let the
// step begin, and makes two scheduler calls: for the job, and for the step.
func StepCommand(jobID, command string) string {
	number, cluster := splitID(jobID)
	return loginshell.Command(fmt.Sprintf("%ssp_job=%s\nsp_clusters=%s\nsp_command=%s\n%s",
		commonScript, loginshell.Quote(number), loginshell.Quote(cluster), loginshell.Quote(command), stepScript))
}
