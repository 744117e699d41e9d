package terminal

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// TestChoicesText: the commands are for the cluster of the failed start, not for the default one.
func TestChoicesText(t *testing.T) {
	environment := func(name string) protocol.Choice {
		return protocol.Choice{Kind: protocol.ChoiceEnvironment, Environment: &protocol.EnvironmentInfo{Request: &protocol.Environment{Name: name}}}
	}
	change := func(action protocol.EnvironmentAction, path string) protocol.Choice {
		return protocol.Choice{Kind: protocol.ChoiceChange, Change: &protocol.EnvironmentChangeParams{Action: action, Cluster: "hawk", User: "alice", Path: path}}
	}
	got := choicesText([]protocol.Choice{
		change(protocol.EnvironmentInstall, "/scratch/my env"), environment("ml"), change(protocol.EnvironmentCreate, "/home/alice/env"),
		{Kind: protocol.ChoiceEnvironment, Environment: &protocol.EnvironmentInfo{Request: &protocol.Environment{Container: "/apps/course.sif"}}},
	})
	want := `  You can:    sunpyter environments install-kernel alice@hawk --path '/scratch/my env'
              sunpyter start alice@hawk --env 'ml'
              sunpyter environments create alice@hawk
              sunpyter start alice@hawk --container '/apps/course.sif'
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := choicesText(nil); got != "" {
		t.Errorf("without choices: %q", got)
	}
}

// TestMisspeltEnvironmentsCommand: no login is tried with it as a user name.
func TestMisspeltEnvironmentsCommand(t *testing.T) {
	for word, want := range map[string]string{
		"creat":          `unknown command "creat"; did you mean create?`,
		"instal":         `unknown command "instal"; did you mean install-kernel?`,
		"remov":          `unknown command "remov"; did you mean remove?`,
		"list":           "there is no command list; sunpyter environments alone lists them",
		"install-kernel": `required flag(s) "path" not set`,
	} {
		if out, errOut, code := runSunpyter("environments", word); code != exitUsage || out != "" || !strings.Contains(errOut, want) {
			t.Errorf("%s: code %d, %s%s", word, code, out, errOut)
		}
	}
}
