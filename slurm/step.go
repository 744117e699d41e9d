package slurm

import (
	_ "embed"
	"fmt"
)

//go:embed scripts/step.sh
var stepScript string

// StepCommand makes a command line for the login node that runs command, a text of
// bash, in a running job: as a step of its own, on one CPU that it shares with the job,
// with the job's memory and without its GPUs. Its input and output are the command
// line's, after the marker (see [SkipNoise]); its exit status is command's. srun ends
// within 10 s where Slurm does not let the step begin, and asks the controller about
// twice: for the job, and for the step.
func StepCommand(jobID, command string) string {
	return LoginCommand(stepText(jobID, command))
}

// stepText is its script.
func stepText(jobID, command string) string {
	number, cluster := splitID(jobID)
	return fmt.Sprintf("%ssp_job=%s\nsp_clusters=%s\nsp_command=%s\n%s", commonScript, Quote(number), Quote(cluster), Quote(command), stepScript)
}
