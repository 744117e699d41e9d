package fault

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	for _, row := range []struct{ text, terminal, editor string }{
		{"Nothing to render.", "Nothing to render.", "Nothing to render."},
		{"Change " + Setting("workdir") + ".", "Change --workdir or the setting workdir.", "Change the setting Working Directory."},
		{Field("kernelTransport") + ", " + Field("memoryMiB"), "--kernel-transport, --mem", "Kernel Transport, Memory"},
		{Field("environment.variables.A") + ", " + Field("sessionId"), "--env A, sessionId", "the variable A, sessionId"},
		{"Change " + Setting("start_timeout") + ".", "Change start_timeout in the configuration.", "Change startMinutes in the setting Clusters."},
		{"Add " + Option("exclude=n1") + ".", "Add --sbatch-option=--exclude=n1.", "Add exclude=n1 in the sbatch options of the setting Clusters."},
		{Command("list CLUSTER") + " and " + Shell("ssh HOST"), "`sunpyter list CLUSTER` and `ssh HOST`", `Show Kernels and "ssh HOST"`},
		{"not closed " + opening + "setting", "not closed " + opening + "setting", "not closed " + opening + "setting"},
		{opening + "odd" + closing + "x", "x", "x"},
	} {
		if got := Terminal.Render(row.text); got != row.terminal {
			t.Errorf("in a terminal: %q, want %q", got, row.terminal)
		}
		if got := Editor.Render(row.text); got != row.editor {
			t.Errorf("in an editor: %q, want %q", got, row.editor)
		}
	}
}

// TestEditorNamesAreTheManifests compares the names of settings and commands with the
// extension's manifest.
func TestEditorNamesAreTheManifests(t *testing.T) {
	data, err := os.ReadFile("../editor-extension/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Contributes struct {
			Configuration []struct{ Properties map[string]any }
			Commands      []struct{ Title string }
		}
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, part := range manifest.Contributes.Configuration {
		for key := range part.Properties {
			shown["the setting "+strings.ToLower(strings.TrimPrefix(key, "sunpyter."))] = true
		}
	}
	for _, command := range manifest.Contributes.Commands { // "Show Sunbird log"
		shown[strings.ToLower(strings.ReplaceAll(command.Title, "Sunbird ", ""))] = true
	}
	for key, title := range editorSettings {
		if !shown["the setting "+strings.ToLower(strings.ReplaceAll(title, " ", ""))] {
			t.Errorf("the extension has no setting %s for %s", title, key)
		}
	}
	for verb, title := range editorCommands {
		title = strings.ToLower(title)
		if verb != "help" && !shown[title] {
			t.Errorf("the extension has no %q for the command %s", title, verb)
		}
	}
}
