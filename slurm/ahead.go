package slurm

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/loginshell"
)

//go:embed scripts/ahead.sh
var aheadScript string

// fewNodes is up to how many nodes a site's queue is short enough to be listed as a whole.
const fewNodes = 300

// mostListed is how many lines of squeue are read at most: a small site, too, may have long arrays and many short jobs.
const mostListed = 20_000

// IsSmall reports whether the site's queue may be listed as a whole, see [Client.QueueAhead].
func (s Site) IsSmall() bool {
	most := 0
	for _, p := range s.Partitions {
		most = max(most, p.TotalNodes)
	}
	return most > 0 && most <= fewNodes
}

// aheadFields are those of a job that are not written by users, in the order of ahead.sh.
const aheadFields = "%i %T %r %B %N %M %L %l %S %e %V %C %P %a %q %u %Q"

// Ahead is what other jobs of its partition mean for one that waits.
type Ahead struct {
	// Jobs is how many wait for resources with a higher priority; 0: it is not known, or none do.
	Jobs int
	// FirstStart is the first expected start of all that wait; zero: Slurm expects none.
	FirstStart time.Time
	// TooMany reports that the queue is too long to be counted.
	TooMany bool
}

// QueueAhead is [Client.Queue] for one waiting job, with the others of its partition. Like Queue it is
// one squeue, but one that makes the controller send all jobs of the site, so it is for small sites.
// The job that it returns lacks its name, directory, comment and the details of its reason.
func (c *Client) QueueAhead(ctx context.Context, id, partition string) (jobs []Job, ahead Ahead, err error) {
	if err := checkID(id); err != nil {
		return nil, Ahead{}, err
	}
	const tried = "asking Slurm about the job"
	number, cluster := splitID(id)
	format := strings.ReplaceAll(aheadFields, " ", fieldMark)
	options := inCluster(cluster) + "--noheader --all --states=PENDING,RUNNING --format=" + loginshell.Quote(format) + " --partition=" + loginshell.Quote(partition)
	set := fmt.Sprintf("sp_job=%s\nsp_mark=$'\\037'\nsp_most=%d\nsp_options=(%s)\n", number, mostListed, options)
	f, err := c.askLast(ctx, tried, set+aheadScript)
	if err != nil {
		return nil, Ahead{}, err
	}
	if f.status != 0 {
		return nil, Ahead{}, rejectionError(tried, f)
	}
	counts, rest, _ := strings.Cut(f.text, "\n")
	row, _, _ := strings.Cut(rest, "\n") // warnings follow
	if ahead, err = parseAhead(counts); err != nil {
		return nil, Ahead{}, parseError(tried, err)
	}
	job, ok := squeueJob(aheadFields, row, cluster)
	if !ok { // it has ended, was moved to another partition, or is not among the lines that were read
		jobs, err = c.Queue(ctx, id)
		return jobs, Ahead{TooMany: ahead.TooMany}, err
	}
	return []Job{job}, ahead, nil
}

// parseAhead reads the first line of ahead.sh: how many jobs come first, how many are other users', and the first
// expected start.
func parseAhead(line string) (ahead Ahead, err error) {
	if line == "long" {
		return Ahead{TooMany: true}, nil
	}
	others, first := 0, ""
	if _, err := fmt.Sscan(line, &ahead.Jobs, &others, &first); err != nil {
		return Ahead{}, err
	}
	ahead.FirstStart = instant(first)
	if others == 0 {
		return Ahead{}, nil // the site may show users only their own jobs
	}
	return ahead, nil
}
