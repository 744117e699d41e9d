package slurm

import (
	"strings"

	"github.com/sa2c/sunpyter/plain"
)

// State is a job's state, by the long name that squeue(1) uses. A name that
// is not in this list is kept in capitals.
type State string

// The states of squeue(1) up to Slurm 25.05.
const (
	StatePending      State = "PENDING"
	StateConfiguring  State = "CONFIGURING"
	StateRunning      State = "RUNNING"
	StateSuspended    State = "SUSPENDED"
	StateStopped      State = "STOPPED"
	StateResizing     State = "RESIZING"
	StateSignaling    State = "SIGNALING"
	StateCompleting   State = "COMPLETING"
	StateStageOut     State = "STAGE_OUT"
	StateRequeued     State = "REQUEUED"
	StateRequeueFed   State = "REQUEUE_FED"
	StateRequeueHold  State = "REQUEUE_HOLD"
	StateSpecialExit  State = "SPECIAL_EXIT"
	StateResvDelHold  State = "RESV_DEL_HOLD"
	StatePowerUpNode  State = "POWER_UP_NODE"
	StateUpdateDB     State = "UPDATE_DB"
	StateExpediting   State = "EXPEDITING"
	StateCompleted    State = "COMPLETED"
	StateCancelled    State = "CANCELLED"
	StateFailed       State = "FAILED"
	StateTimeout      State = "TIMEOUT"
	StateNodeFail     State = "NODE_FAIL"
	StatePreempted    State = "PREEMPTED"
	StateBootFail     State = "BOOT_FAIL"
	StateDeadline     State = "DEADLINE"
	StateOutOfMemory  State = "OUT_OF_MEMORY"
	StateRevoked      State = "REVOKED"
	StateLaunchFailed State = "LAUNCH_FAILED"
	StateReconfigFail State = "RECONFIG_FAIL"
)

// phase is what a state means for the node.
type phase int

const (
	phaseUnknown phase = iota
	phaseWaiting
	phaseAlive
	phaseLeaving
	phaseEnded
)

// states has the phase and the short name of each state. Two have the short name RF; here
// it is the older one, which a federation uses for jobs that have not ended.
var states = map[State]struct {
	short string
	phase phase
}{
	StatePending:      {"PD", phaseWaiting},
	StateConfiguring:  {"CF", phaseWaiting},
	StateRequeued:     {"RQ", phaseWaiting},
	StateRequeueFed:   {"RF", phaseWaiting},
	StateRequeueHold:  {"RH", phaseWaiting},
	StateSpecialExit:  {"SE", phaseWaiting},
	StateResvDelHold:  {"RD", phaseWaiting},
	StatePowerUpNode:  {"PO", phaseWaiting},
	StateExpediting:   {"EX", phaseWaiting},
	StateRunning:      {"R", phaseAlive},
	StateSuspended:    {"S", phaseAlive},
	StateStopped:      {"ST", phaseAlive},
	StateResizing:     {"RS", phaseAlive},
	StateSignaling:    {"SI", phaseAlive},
	StateUpdateDB:     {"UP", phaseAlive},
	StateCompleting:   {"CG", phaseLeaving},
	StateStageOut:     {"SO", phaseLeaving},
	StateCompleted:    {"CD", phaseEnded},
	StateCancelled:    {"CA", phaseEnded},
	StateFailed:       {"F", phaseEnded},
	StateTimeout:      {"TO", phaseEnded},
	StateNodeFail:     {"NF", phaseEnded},
	StatePreempted:    {"PR", phaseEnded},
	StateBootFail:     {"BF", phaseEnded},
	StateDeadline:     {"DL", phaseEnded},
	StateOutOfMemory:  {"OOM", phaseEnded},
	StateRevoked:      {"RV", phaseEnded},
	StateLaunchFailed: {"LF", phaseEnded},
	StateReconfigFail: {"", phaseEnded},
}

var statesByShort = func() map[string]State {
	m := make(map[string]State, len(states))
	for state, info := range states {
		if info.short != "" {
			m[info.short] = state
		}
	}
	return m
}()

// ParseState reads a state in its long or its short form, also as sacct writes
// it ("CANCELLED by 1000", "CANCELLED+") and scontrol's "COMPLETING|..." lists
// do, of which the first word counts.
func ParseState(s string) State {
	word := strings.ToUpper(strings.TrimSpace(s))
	if i := strings.IndexAny(word, " \t,|"); i >= 0 {
		word = word[:i]
	}
	word = strings.TrimRight(word, "+*")
	if state, ok := statesByShort[word]; ok {
		return state
	}
	for state := range states {
		if len(word) >= 8 && strings.HasSuffix(s, "+") && strings.HasPrefix(string(state), word) {
			return state
		}
	}
	return State(plain.Line(word))
}

// Known reports whether squeue(1) lists the state.
func (s State) Known() bool { _, ok := states[s]; return ok }

// Waiting reports whether the job's script has not begun, or not again: in the
// queue, held, or its node being made ready.
func (s State) Waiting() bool { return states[s].phase == phaseWaiting }

// Alive reports whether the job has its node and its script may run.
func (s State) Alive() bool { return states[s].phase == phaseAlive }

// Leaving reports whether the job is ending and its node not yet free.
func (s State) Leaving() bool { return states[s].phase == phaseLeaving }

// Ended reports whether the job has ended for good. An unknown state is not over.
func (s State) Ended() bool { return states[s].phase == phaseEnded }
