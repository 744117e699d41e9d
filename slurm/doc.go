// Package slurm turns a request for a kernel into options for sbatch and set-up lines for
// its script, and the output of Slurm's commands into states, reasons and advice in plain
// language.
//
// It reaches the login node through the interface [Host] and knows nothing of SSH. Its
// commands run in the environment of the user's login shell, see [loginshell.Command]. Its only
// scheduler calls are one each for Queue, Mine and Cancel, one or two for Finished, and two
// for Submit.
//
// An error never means that a job has ended: a missing answer is a fault; a job that Slurm
// does not know is absent from an answer.
package slurm
