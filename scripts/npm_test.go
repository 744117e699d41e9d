// Package scripts has tests of what the Makefile and the scripts here install.
package scripts

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// withoutScript are the packages whose install script does not run, and is not needed; .npmrc
// says why.
var withoutScript = []string{"@vscode/vsce-sign", "esbuild"}

// TestInstallScriptsDoNotRun: npm, with this project's settings, installs a package without
// running its scripts.
func TestInstallScriptsDoNotRun(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("needs npm")
	}
	dir := t.TempDir()
	settings, err := os.ReadFile("../.npmrc")
	if err != nil {
		t.Fatal(err)
	}
	ran := filepath.Join(dir, "ran")
	script := fmt.Sprintf(`{"name": "hostile", "version": "1.0.0", "scripts": {"preinstall": "touch %[1]s", "install": "touch %[1]s", "postinstall": "touch %[1]s"}}`, ran)
	for name, text := range map[string]string{
		".npmrc": string(settings), "hostile/package.json": script,
		"package.json": `{"name": "project", "version": "1.0.0", "dependencies": {"hostile": "file:hostile"}}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("npm", "install", "--offline", "--install-links", "--no-audit", "--no-fund", "--cache", filepath.Join(dir, "cache"))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules/hostile/package.json")); err != nil {
		t.Fatal("the package was not installed: ", err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("its install script ran")
	}
}

// TestInstallScriptsAreKnown: a package that begins to have an install script is looked at first.
func TestInstallScriptsAreKnown(t *testing.T) {
	text, err := os.ReadFile("../package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ HasInstallScript bool }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(lock.Packages, func(_ string, p struct{ HasInstallScript bool }) bool { return !p.HasInstallScript })
	var names []string
	for path := range lock.Packages {
		names = append(names, path[strings.LastIndex(path, "node_modules/")+len("node_modules/"):])
	}
	slices.Sort(names)
	if !slices.Equal(names, withoutScript) {
		t.Errorf("packages with an install script: %v, known: %v", names, withoutScript)
	}
}

// TestInstallsSayNoScripts: each npm install of ours says so itself, wherever it is run.
func TestInstallsSayNoScripts(t *testing.T) {
	install := regexp.MustCompile(`npm (ci|i|install)( |$)`)
	files := []string{"../Makefile"}
	for _, pattern := range []string{"*.sh", "../.github/workflows/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "npm_config_ignore_scripts=true") {
			continue
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "# ")
			if install.MatchString(code) && !strings.Contains(code, "--ignore-scripts") {
				t.Errorf("%s:%d runs install scripts: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}
