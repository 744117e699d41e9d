package remote

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// TestEnvironmentAdvice: what conda and the module commands print when they are used as users
// often do: conda 4 and 23, micromamba, Lmod, and Environment Modules 3.2 and 4.
func TestEnvironmentAdvice(t *testing.T) {
	for text, want := range map[string]string{
		"set-up line conda activate ml: CommandNotFoundError: Your shell has not been properly configured to use 'conda activate'.":                              "environment.name",
		"set-up line conda activate ml: CondaError: Run 'conda init' before 'conda activate'":                                                                    "environment.name",
		"set-up line micromamba activate ml: critical libmamba Shell not initialized 'micromamba' is running as a subprocess and can't modify the parent shell.": "environment.name",
		`module load b: Lmod has detected the following error: Cannot load module "b/1" because these module(s) are loaded: a/1`:                                 "environment.modules",
		"module load b/1: ERROR: Module cannot be loaded due to a conflict. HINT: Might try \"module unload a\" first.":                                          "environment.modules",
		"module load b/1: b/1(4):ERROR:150: Module 'b/1' conflicts with the currently loaded module(s) 'a/1'":                                                    "environment.modules",
		"module load c/1: Unable to locate a modulefile for 'c/1'":                                                                                               "Try the same in a shell",
	} {
		err := Failure("environment-failed " + base64.StdEncoding.EncodeToString([]byte(text)))
		f := fault.As(err)
		if f.Code != fault.EnvironmentFailed || f.Answer != text || !strings.Contains(f.Advice, want) {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

// TestFailuresOfEnvironments: the folder is in what was tried, and the rest is what Python printed.
func TestFailuresOfEnvironments(t *testing.T) {
	for code, want := range map[string]fault.Code{"environment-broken": fault.EnvironmentBroken, "kernel-missing": fault.KernelMissing} {
		f := fault.As(Failure(code + " " + base64.StdEncoding.EncodeToString([]byte("/home/alice/ml\nNo module named\nipykernel"))))
		if f.Code != want || !strings.HasSuffix(f.Tried, "/home/alice/ml") || f.Answer != "No module named\nipykernel" || f.Advice == "" {
			t.Errorf("%s: %+v", code, f)
		}
	}
}
