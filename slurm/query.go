package slurm

import (
	"context"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// Queue asks for these jobs, waiting, running and just over, in one scheduler
// call. A job that Slurm does not know (any more) is absent from the answer. An
// error says nothing about the jobs: [fault.SlurmUnreachable] above all.
func (c *Client) Queue(ctx context.Context, ids ...string) ([]Job, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := checkIDs(ids); err != nil {
		return nil, err
	}
	selection := "--jobs=" + strings.Join(ids, ",")
	if len(ids) > 1 {
		// One job, or one user's, is cheap for the controller; a list alone would
		// make it send all jobs of the site.
		selection += ` --user="$EUID"`
	}
	const tried = "asking Slurm about the job"
	jobs, err := c.squeue(ctx, tried, "--states=all "+selection)
	if !fault.Is(err, fault.SlurmUnknownJob) {
		return jobs, err
	}
	if len(ids) == 1 {
		return nil, nil
	}
	// A Slurm that fails on one unknown job among several: ask one by one.
	var found []Job
	for _, id := range ids {
		jobs, err := c.Queue(ctx, id)
		if err != nil {
			return nil, err
		}
		found = append(found, jobs...)
	}
	return found, nil
}

// Mine asks for all jobs of the user that have our name and are not over,
// whichever computer they were started from: one scheduler call.
func (c *Client) Mine(ctx context.Context) ([]Job, error) {
	return c.squeue(ctx, "asking Slurm for your jobs", `--user="$EUID" --name=`+JobName)
}

// FindByComment asks for the jobs of ours that carry this comment: those that a
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

// squeue runs squeue with arguments that are ours alone.
func (c *Client) squeue(ctx context.Context, tried, arguments string) ([]Job, error) {
	f, err := c.command(ctx, tried, "squeue", squeueArguments(arguments))
	if err != nil {
		return nil, err
	}
	return parseQueue(f.text), nil
}

func squeueArguments(more string) string {
	return "--noheader --all --format=" + Quote(squeueFormat()) + " " + more
}

// End cancels a job, and asks at once what has become of it, as Queue does: one scancel,
// one squeue, and one login shell, which takes longer than both on some sites. An answer
// means that Slurm accepted the end, or that the job was over already or unknown; the job may
// still be leaving its node. [fault.SlurmUnreachable] means that it goes on.
func (c *Client) End(ctx context.Context, id string) ([]Job, error) {
	if err := checkIDs([]string{id}); err != nil {
		return nil, err
	}
	tried := "cancelling job " + id
	frames, err := c.ask(ctx, tried, frameOf("scancel", id)+"if [ \"$sp_status\" = 0 ]; then\n"+frameOf("squeue", squeueArguments("--states=all --jobs="+id))+"fi\n")
	if err != nil {
		return nil, err
	}
	if f := frames[0]; f.status != 0 {
		if err := rejectionError(tried, f); !fault.Is(err, fault.SlurmUnknownJob) && !isOver(err) {
			return nil, err
		}
	}
	last := frames[len(frames)-1]
	switch {
	case last.name != "squeue":
		return c.Queue(ctx, id)
	case last.status == 0:
		return parseQueue(last.text), nil
	}
	if err := rejectionError(tried, last); !fault.Is(err, fault.SlurmUnknownJob) {
		return nil, err
	}
	return nil, nil
}

// isOver reports whether scancel refused because the job has ended already.
func isOver(err error) bool {
	return fault.Is(err, fault.SlurmRejected) && hasAny(err.Error(), []string{"already completing or completed"})
}

// command runs one of Slurm's commands, with its times in UTC.
func (c *Client) command(ctx context.Context, tried, name, arguments string) (frame, error) {
	frames, err := c.ask(ctx, tried, frameOf(name, arguments))
	if err != nil {
		return frame{}, err
	}
	f := frames[len(frames)-1]
	if f.status != 0 {
		return frame{}, rejectionError(tried, f)
	}
	return f, nil
}

// frameOf is the script that runs one of Slurm's commands and frames its answer.
func frameOf(name, arguments string) string {
	return "sp_answer=$(TZ=UTC0 command " + name + " " + arguments + " 2>&1 </dev/null)\nsp_status=$?\nframe " + name + ` "$sp_status" "$sp_answer"` + "\n"
}

// checkIDs keeps anything but numbers of jobs out of a command.
func checkIDs(ids []string) error {
	for _, id := range ids {
		if strings.Trim(id, "0123456789") != "" || id == "" || len(id) > 20 {
			return badRequest("jobId", id, "it must be a job's number")
		}
	}
	return nil
}
