package share

import (
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestWire: what crosses the socket has the form that other versions with the same protocol number send and expect.
func TestWire(t *testing.T) {
	t.Parallel()
	why := &fault.Error{Code: fault.AuthRefused, Tried: "logging in\nto h", Answer: "no <é> & \u202e", Advice: "Set " + fault.Setting("user") + ".", Err: io.EOF}
	advice, err := json.Marshal(why.Advice)
	sshtest.Must(t, err)
	for want, message := range map[string]any{
		`{"Value":"","Yes":false,"Fault":{"Code":"ssh.auth-refused","Tried":"logging in\nto h","Answer":"no \u003cé\u003e \u0026 ` + "\u202e" + `","Advice":` + string(advice) + `}}`: promptAnswer{Fault: faultOf(fmt.Errorf("more: %w", why))},
		`{"Level":"warn","Message":"m"}`: logLine{zapcore.WarnLevel, "m"},
	} {
		if got, err := json.Marshal(message); err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
	text, err := json.Marshal(why)
	sshtest.Must(t, err)
	var got fault.Error
	sshtest.Must(t, json.Unmarshal(text, &got))
	got.Err = io.EOF // causes are not sent
	if got != *why {
		t.Errorf("got %+v", got)
	}
}
