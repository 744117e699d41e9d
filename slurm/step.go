package slurm

import (
	_ "embed"
	"fmt"

	"github.com/sa2c/sunpyter/internal/loginshell"
)

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
