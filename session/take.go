package session

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed take.sh
var takeScript string

// takeTime bounds a look at who owns a session: a home directory may hang.
const takeTime = 10 * time.Second

// ErrTakenElsewhere means that another computer's owner holds the session now.
var ErrTakenElsewhere = &fault.Error{
	Code: fault.TakenOver, Tried: "keeping the kernel", Answer: "another computer took it over",
	Advice: "Use it there, or start a new kernel here.",
}

// take makes this session the owner where all computers see it: in its folder on
// the cluster, from where the job's lease has it. Where that cannot be told in
// time, the generation of this computer's record must do.
func (s *Session) take(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	text, err := runScript(limit, s.login, fmt.Sprintf("id=%s\nleast=%d\n%s", slurm.Quote(s.cfg.ID), s.snap.Generation, takeScript))
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		s.cfg.Log.Warn("taking the session over on the cluster", zap.String("session", s.cfg.ID), zap.Error(err))
		return nil
	}
	var node nodeFacts
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "owner "); ok {
			s.raise(rest)
			continue
		}
		complete, err := node.take(line)
		if err != nil {
			s.over = true
			return err
		}
		if complete && s.node.Name == "" {
			s.node = node
			s.started()
		}
	}
	return nil
}

// raise notes the generation that the cluster knows now, here too.
func (s *Session) raise(text string) {
	generation, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || generation <= s.snap.Generation {
		return
	}
	s.remember(func(rec *Record) { rec.Generation = generation })
	s.update(func(snap *Snapshot) { snap.Generation = generation })
}

// takenOver says who took the session over.
func (s *Session) takenOver() error {
	if err := s.held(); err != nil {
		return err
	}
	return ErrTakenElsewhere
}

// heldThere is nil unless the cluster knows of an owner after this one. No answer
// is no sign of one.
func (s *Session) heldThere(ctx context.Context, login Login) error {
	limit, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	text, err := runScript(limit, login, show(s.cfg.ID, "owner"))
	if err != nil {
		s.cfg.Log.Info("looking who holds the session", zap.String("session", s.cfg.ID), zap.Error(err))
		return nil
	}
	if generation, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && generation > s.snap.Generation {
		return ErrTakenElsewhere
	}
	return nil
}

// takenAway reports whether cause is that another owner has the session.
func takenAway(cause error) bool {
	return errors.Is(cause, ErrTaken) || errors.Is(cause, ErrTakenElsewhere)
}

// About is what a session's folder tells of it: what Slurm does not know.
type About struct {
	Grace   time.Duration
	Idle    time.Duration // as Config.Idle
	Workdir string
}

// AboutThere reads what the folder of a session tells that this computer may not know.
func AboutThere(ctx context.Context, login Login, id string) (About, error) {
	limit, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	text, err := runScript(limit, login, show(id, "about"))
	if err != nil {
		return About{}, err
	}
	var grace, idle int
	var workdir string
	if n, _ := fmt.Sscan(text, &grace, &idle, &workdir); n != 3 || grace <= 0 {
		return About{}, &fault.Error{
			Code: fault.UnknownSession, Tried: "looking for the kernel " + id + " in your home directory on the cluster",
			Answer: "its folder is not there", Advice: "The job may be ending. If it runs on, stop it.",
		}
	}
	return About{time.Duration(grace) * time.Second, time.Duration(idle) * time.Second, decode(workdir)}, nil
}

// show is a script that gives what a file of a session's folder holds.
func show(id, file string) string {
	const folder = `"$HOME/.sunpyter/sessions/"`
	return "cat " + folder + slurm.Quote(id) + "/" + file + " 2>/dev/null; exit 0"
}

// runScript runs a script that needs no login shell, and gives its own output.
func runScript(ctx context.Context, login Login, script string) (string, error) {
	return output(ctx, login, slurm.PlainCommand(script))
}

// output runs a command of ours and gives what it printed itself.
func output(ctx context.Context, login Login, command string) (string, error) {
	stdout, _, _, err := login.Run(ctx, command, nil)
	if err != nil {
		return "", err
	}
	text, err := slurm.StripNoise(stdout)
	return string(text), err
}
