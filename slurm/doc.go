// Package slurm speaks Slurm: a request for a kernel becomes options for sbatch
// and set-up lines for its script; what Slurm's commands print becomes typed
// states, reasons and advice in plain language.
//
// It reaches the login node through [Host], an interface of its own, and knows
// nothing of SSH. All that it runs there runs in the environment of the user's
// login shell, see [LoginCommand]; its only scheduler calls are one each for
// Queue, Mine, Cancel, one or two for Finished, and two for Submit.
//
// An error never means that a job has ended: an answer that is missing is a
// fault, a job that Slurm does not know is absent from an answer that came.
package slurm
