package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestErrorIsOneLine(t *testing.T) {
	f := &Error{Code: JupyterDied, Tried: "starting Jupyter", Answer: "line one\r\nline two\n", Advice: "Look at it."}
	if got, want := f.Error(), "starting Jupyter: line one | line two. Look at it."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAnswerStandsAlone(t *testing.T) {
	f := &Error{Code: JobTimeLimit, Answer: "job 7 reached its time limit", Advice: "Start a new kernel."}
	if got, want := f.Error(), "job 7 reached its time limit. Start a new kernel."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNoFullStopTooMany(t *testing.T) {
	f := &Error{Code: ConnectFailed, Tried: "connecting", Err: errors.New("it refused."), Advice: "Try again."}
	if got, want := f.Error(), "connecting: it refused. Try again."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCauseStandsInForAMissingAnswer(t *testing.T) {
	f := &Error{Code: LinkLost, Tried: "talking", Err: errors.New("cut")}
	if got := f.Error(); got != "talking: cut" {
		t.Errorf("%q", got)
	}
}

func TestCodeOf(t *testing.T) {
	inner := &Error{Code: LinkLost, Tried: "a"}
	wrapped := fmt.Errorf("b: %w", inner)
	for _, row := range []struct {
		err  error
		want Code
	}{{inner, LinkLost}, {wrapped, LinkLost}, {errors.New("c"), Internal}, {&Error{Code: NoRoute, Err: inner}, NoRoute}} {
		if got := CodeOf(row.err); got != row.want {
			t.Errorf("CodeOf(%v) is %s, want %s", row.err, got, row.want)
		}
	}
	if !Is(wrapped, LinkLost) || Is(wrapped, NoRoute) || Is(errors.New("c"), Internal) {
		t.Error("Is")
	}
}
