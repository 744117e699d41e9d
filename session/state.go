package session

import (
	"time"

	"github.com/sa2c/sunpyter/session/store"
)

// State is where a session is in its life.
type State string

// The states, in their order.
const (
	Connecting   State = "connecting"
	Submitting   State = "submitting"
	Pending      State = "pending"
	Starting     State = "starting"
	Ready        State = "ready"
	Disconnected State = "disconnected"
	Ending       State = "ending"
	Ended        State = "ended"
)

// Snapshot is what there is to say about a session at one moment. It is a
// value: nobody else changes it.
type Snapshot struct {
	ID         string
	State      State
	Generation int

	store.Job

	Waiting *Waiting // why it pends; only in Pending
	Notice  string   // something that the person should know

	NeedsPerson bool // the link is down, and a person has to act before it is made again

	Idle          time.Duration // after how long without use it is given back; 0: never
	IdleEndsAt    time.Time     // when it is given back because nobody uses it; zero: not soon
	MoreMemoryMiB int           // what to ask for after that, or after such an end; 0: no more is to be had

	URL   string // Jupyter's address on this computer, from ready on
	Token string // what clients of URL have to show: a secret
	Cause error  // why it ended; only in Ended

	Release Release // what became of the job; from Ended on
}

// Waiting is why a job pends, in words.
type Waiting struct {
	Reason  string    // Slurm's own word
	Message string    // the same for people
	Advice  string    // what can be done; may be empty
	Start   time.Time // Slurm's estimate; zero: none
}

// Outcome is how a release ended.
type Outcome string

// The outcomes.
const (
	// Released: Slurm accepted the end of the job.
	Released Outcome = "released"
	// NodeFree: and the job has left its node.
	NodeFree Outcome = "node-free"
	// NoJob: there was no job, or it was over already.
	NoJob Outcome = "no-job"
	// Kept: left to a successor.
	Kept Outcome = "kept"
	// Unconfirmed: Slurm could not be asked; the lease ends the job.
	Unconfirmed Outcome = "unconfirmed"
)

// Release is what became of a session's job.
type Release struct {
	JobID   string
	Outcome Outcome
	// Err says why it is Unconfirmed.
	Err error
}
