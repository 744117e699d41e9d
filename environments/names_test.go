package environments

import "testing"

func TestNameOf(t *testing.T) {
	for folder, want := range map[string]string{
		"/home/a/miniforge3/envs/ml":   "ml",
		"/home/a/thesis/.venv/":        "thesis",
		"/home/a/thesis/venv":          "thesis",
		"/venv":                        "venv",
		"/home/a/x/.pixi/envs/default": "x",
		"/home/a/x/.pixi/envs/test":    "x:test",
		"/h/.cache/pypoetry/virtualenvs/my-app-1a2B3c4D-py3.12": "my-app",
	} {
		if got := nameOf(folder); got != want {
			t.Errorf("nameOf(%q) = %q, want %q", folder, got, want)
		}
	}
}
