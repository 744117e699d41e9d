package slurm

import (
	"context"
	"strings"
)

// nodeWords are messages of sbatch --test-only about the current state of the nodes. sbatch
// itself may accept such a job, which then waits.
var nodeWords = []string{"Requested nodes are busy", "Required node not available", "Requested node configuration is not available"}

const testSubmitting = "asking Slurm whether it would accept the job"

// TestSubmit asks Slurm whether it would accept the job, without submitting it: one
// scheduler call (sbatch --test-only). The site's own rules (job_submit) count, the current
// state of the nodes does not. The error is the same as Submit's.
func (c *Client) TestSubmit(ctx context.Context, req Request) error {
	words := []string{"--test-only"}
	for _, option := range req.Options("") {
		if option != "--parsable" {
			words = append(words, Quote(option))
		}
	}
	f, err := c.answerOf(ctx, testSubmitting, "sbatch", strings.Join(append(words, "--wrap=true"), " "))
	if err != nil || f.status == 0 || hasAny(f.text, nodeWords) {
		return err
	}
	return rejectionError(testSubmitting, f)
}
