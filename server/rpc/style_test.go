package rpc

import (
	"context"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// TestTextsAreInTheClientsStyle: settings and commands are named as the client's user knows
// them, in errors, in their data and in results.
func TestTextsAreInTheClientsStyle(t *testing.T) {
	f := &fault.Error{Code: fault.WorkdirMissing, Tried: "trying", Advice: "Change " + fault.Setting("workdir") + " or see " + fault.Command("log") + "."}
	for _, row := range []struct {
		style fault.Style
		want  string
	}{
		{fault.Editor, "Change the setting Working Directory or see Show Log."},
		{fault.Terminal, "Change --workdir or the setting workdir or see `sunpyter log`."},
	} {
		answer := toRPCError(context.Background(), f, row.style)
		session, err := encode(protocol.Session{Notice: f.Advice}, row.style)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{answer.Message, string(answer.Data), string(session)} {
			if !strings.Contains(text, row.want) {
				t.Errorf("%q is not in %s", row.want, text)
			}
		}
	}
}

// TestInitializeSetsTheStyle: only a client that asks for it gets the command line's names.
func TestInitializeSetsTheStyle(t *testing.T) {
	for params, want := range map[string]fault.Style{
		`{"protocolVersion":2}`:                    fault.Editor,
		`{"protocolVersion":2,"commandLine":true}`: fault.Terminal,
	} {
		d := dispatcher{style: new(clientStyle)}
		if err := d.decodeRequest(protocol.MethodInitialize, []byte(params), new(protocol.InitializeParams)); err != nil {
			t.Fatal(err)
		}
		if got := d.style.get(); got != want {
			t.Errorf("%s: style %d, want %d", params, got, want)
		}
	}
}
