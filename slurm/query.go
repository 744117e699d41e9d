package slurm

import (
	"context"
	_ "embed"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
)

// Queue asks for a job, waiting, running or just over, in one scheduler call. A job that Slurm does
// not know (any more) is absent from the answer. An error says nothing about the job:
// [fault.SlurmUnreachable] above all.
func (c *Client) Queue(ctx context.Context, id string) ([]Job, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	const tried = "asking Slurm about the job"
	number, cluster := splitID(id)
	f, err := c.answerOf(ctx, tried, "squeue", queueArguments(number, cluster))
	if err != nil {
		return nil, err
	}
	return queued(tried, f, cluster)
}

// queued reads the answer to queueArguments.
func queued(tried string, f frame, cluster string) ([]Job, error) {
	if f.status == 0 {
		return parseQueue(f.text, cluster), nil
	}
	if err := rejectionError(tried, f); !fault.Is(err, fault.SlurmUnknownJob) {
		return nil, err
	}
	return nil, nil
}

// queueArguments asks for one job, which is cheap for the controller: of a list, it would send all jobs of the site.
func queueArguments(number, cluster string) string {
	return squeueArguments(inCluster(cluster) + "--states=all --jobs=" + number)
}

//go:embed scripts/mine.sh
var mineScript string

// Mine asks for all jobs of the user that have our name and are not over, whichever
// computer they were started from: one scheduler call for each cluster that jobs are sent
// to, see [Client.On].
func (c *Client) Mine(ctx context.Context) ([]Job, error) {
	const tried = "asking Slurm for your jobs"
	frames, err := c.ask(ctx, tried, "sp_squeue=("+squeueArguments(`--user="$EUID" --name=`+JobName)+")\n"+mineScript)
	if err != nil {
		return nil, err
	}
	var jobs []Job
	for _, f := range frames {
		if f.status != 0 {
			return nil, rejectionError(tried, f)
		}
		_, cluster, _ := strings.Cut(f.name, "@")
		jobs = append(jobs, parseQueue(f.text, cluster)...)
	}
	return jobs, nil
}

// FindByComment returns Sunpyter's jobs that have this comment: those that a
// submission without an answer may have left. See [ErrOutcomeUnknown].
func (c *Client) FindByComment(ctx context.Context, comment string) ([]Job, error) {
	jobs, err := c.Mine(ctx)
	var found []Job
	for _, job := range jobs {
		if job.Comment == comment {
			found = append(found, job)
		}
	}
	return found, err
}

func squeueArguments(more string) string {
	format := recordMark + strings.ReplaceAll(squeueFields, " ", fieldMark) + recordMark
	return "--noheader --all --format=" + loginshell.Quote(format) + " " + more
}

// End cancels a job, and asks at once what has become of it, as Queue does: one scancel,
// one squeue, and one login shell, which takes longer than both on some sites. An answer
// means that Slurm accepted the end, or that the job had ended already or is unknown; the job may
// still be leaving its node. [fault.SlurmUnreachable] means that it continues.
func (c *Client) End(ctx context.Context, id string) ([]Job, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	tried := "cancelling job " + id
	number, cluster := splitID(id)
	frames, err := c.ask(ctx, tried, frameOf("scancel", inCluster(cluster)+number)+"if [ \"$sp_status\" = 0 ]; then\n"+
		frameOf("squeue", queueArguments(number, cluster))+"fi\n")
	if err != nil {
		return nil, err
	}
	if f := frames[0]; f.status != 0 {
		ended := hasAny(f.text, []string{"already completing or completed"})
		if err := rejectionError(tried, f); !ended && !fault.Is(err, fault.SlurmUnknownJob) {
			return nil, err
		}
	}
	if last := frames[len(frames)-1]; last.name == "squeue" {
		return queued(tried, last, cluster)
	}
	return c.Queue(ctx, id)
}

// command runs one of Slurm's commands, with its times in UTC.
func (c *Client) command(ctx context.Context, tried, name, arguments string) (frame, error) {
	f, err := c.answerOf(ctx, tried, name, arguments)
	if err == nil && f.status != 0 {
		return frame{}, rejectionError(tried, f)
	}
	return f, err
}

// answerOf runs one of Slurm's commands and returns what it answered, also if it failed.
func (c *Client) answerOf(ctx context.Context, tried, name, arguments string) (frame, error) {
	return c.askLast(ctx, tried, frameOf(name, arguments))
}

// askLast is ask for a script with one answer, or of which the last one counts.
func (c *Client) askLast(ctx context.Context, tried, script string) (frame, error) {
	frames, err := c.ask(ctx, tried, script)
	if err != nil {
		return frame{}, err
	}
	return frames[len(frames)-1], nil
}

// frameOf returns the script that runs one of Slurm's commands and frames its answer.
func frameOf(name, arguments string) string {
	return "sp_answer=$(TZ=UTC0 command " + name + " " + arguments + " 2>&1 </dev/null)\nsp_status=$?\nframe " + name + ` "$sp_status" "$sp_answer"` + "\n"
}

// checkID keeps anything but a job's ID out of a command.
func checkID(id string) error {
	if !jobID.MatchString(id) {
		return fault.BadField("jobId", id, "it must be a job's number")
	}
	return nil
}
