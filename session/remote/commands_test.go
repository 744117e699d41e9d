package remote

import (
	"testing"

	"github.com/sa2c/sunpyter/session/store"
)

// TestCommandsAreSmall: an idle connection can send about ten packets at once, and a start
// sends two commands concurrently.
func TestCommandsAreSmall(t *testing.T) {
	dir, err := dirCommand(store.NewID(), DirOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string]string{"session_dir.sh": dir, "node_agent.sh": AgentCommand("/tmp/sunpyter.x", 1)} {
		if len(command) > 5<<10 {
			t.Errorf("%s: %d bytes", name, len(command))
		}
	}
}
