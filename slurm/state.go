package slurm

import (
	"strings"

	"github.com/sa2c/sunpyter/plain"
)

// State is a job's state, by the long name that squeue(1) uses. A name that
// is not known is kept in capitals.
type State string

// The states that mean more than others. All are in states and ends.
const (
	StatePending      State = "PENDING"
	StateConfiguring  State = "CONFIGURING"
	StateRunning      State = "RUNNING"
	StateSuspended    State = "SUSPENDED"
	StateRequeueHold  State = "REQUEUE_HOLD"
	StateSpecialExit  State = "SPECIAL_EXIT"
	StateResvDelHold  State = "RESV_DEL_HOLD"
	StatePowerUpNode  State = "POWER_UP_NODE"
	StateCancelled    State = "CANCELLED"
	StateFailed       State = "FAILED"
	StateTimeout      State = "TIMEOUT"
	StateNodeFail     State = "NODE_FAIL"
	StateOutOfMemory  State = "OUT_OF_MEMORY"
	StateLaunchFailed State = "LAUNCH_FAILED"
)

// phase is what a state means for the node.
type phase int

const (
	phaseAlive   phase = iota // or not known
	phaseWaiting              // the job's script has not begun, or not again
	phaseLeaving
)

// states has the short name and the phase of each state of squeue(1), up to Slurm 25.05, in which a job has
// not ended. Two have the short name RF; here it is the older one, which a federation uses.
var states = map[State]struct {
	short string
	phase phase
}{
	StatePending:     {"PD", phaseWaiting},
	StateConfiguring: {"CF", phaseWaiting},
	"REQUEUED":       {"RQ", phaseWaiting},
	"REQUEUE_FED":    {"RF", phaseWaiting},
	StateRequeueHold: {"RH", phaseWaiting},
	StateSpecialExit: {"SE", phaseWaiting},
	StateResvDelHold: {"RD", phaseWaiting},
	StatePowerUpNode: {"PO", phaseWaiting},
	"EXPEDITING":     {"EX", phaseWaiting},
	StateRunning:     {"R", phaseAlive},
	StateSuspended:   {"S", phaseAlive},
	"STOPPED":        {"ST", phaseAlive},
	"RESIZING":       {"RS", phaseAlive},
	"SIGNALING":      {"SI", phaseAlive},
	"UPDATE_DB":      {"UP", phaseAlive},
	"COMPLETING":     {"CG", phaseLeaving},
	"STAGE_OUT":      {"SO", phaseLeaving},
}

// statesByName has the states by their long and their short names.
var statesByName = func() map[string]State {
	m := map[string]State{}
	for state, info := range states {
		m[string(state)], m[info.short] = state, state
	}
	for state, end := range ends {
		m[string(state)], m[end.short] = state, state
	}
	delete(m, "")
	return m
}()

// parseState reads a state in its long or its short form, also as sacct writes
// it ("CANCELLED by 1000", "CANCELLED+") and scontrol's "COMPLETING|..." lists
// do, of which the first word counts.
func parseState(s string) State {
	word := strings.ToUpper(strings.TrimSpace(s))
	if i := strings.IndexAny(word, " \t,|"); i >= 0 {
		word = word[:i]
	}
	word = strings.TrimRight(word, "+*")
	if state, ok := statesByName[word]; ok {
		return state
	}
	for name, state := range statesByName {
		if len(word) >= 8 && strings.HasSuffix(s, "+") && strings.HasPrefix(name, word) {
			return state
		}
	}
	return State(plain.Line(word))
}

// Waiting reports whether the job's script has not begun, or not again: in the
// queue, held, or its node being made ready.
func (s State) Waiting() bool { return states[s].phase == phaseWaiting }

// Leaving reports whether the job is ending and its node not yet free.
func (s State) Leaving() bool { return states[s].phase == phaseLeaving }

// Ended reports whether the job has ended for good. An unknown state is not over.
func (s State) Ended() bool { _, ended := ends[s]; return ended }
