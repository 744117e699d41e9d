package browser

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const secret = "http://127.0.0.1:41234/sunpyter/open/s3cret"

// opener returns an opener for a computer with these variables, programs and files.
func opener(t *testing.T, system, env, has string, files ...string) *Opener {
	t.Helper()
	o := New()
	t.Cleanup(o.Close)
	home := t.TempDir()
	t.Setenv("HOME", home)
	o.system = system
	o.env = func(name string) string {
		switch {
		case name == "XDG_RUNTIME_DIR":
			return filepath.Join(home, "run")
		case slices.Contains(strings.Fields(env), name):
			return "x"
		}
		return ""
	}
	o.has = func(name string) bool { return slices.Contains(strings.Fields(has), name) }
	o.exists = func(path string) bool { return slices.Contains(files, strings.TrimPrefix(path, home+"/")) }
	o.output = func(string, ...string) string { return "" }
	return o
}

func TestCommand(t *testing.T) {
	for _, row := range []struct{ system, env, has, want string }{
		{"windows", "", "", "rundll32"},
		{"darwin", "", "", "osascript"},
		{"linux", "", "xdg-open", ""},
		{"linux", "DISPLAY", "xdg-open", "xdg-open"},
		{"linux", "WAYLAND_DISPLAY", "xdg-open", "xdg-open"},
		{"linux", "DISPLAY", "", ""},
		{"linux", "WSL_DISTRO_NAME", "wslview xdg-open", "wslview"},
		{"linux", "WSL_DISTRO_NAME DISPLAY", "xdg-open", "xdg-open"},
	} {
		o := opener(t, row.system, row.env, row.has)
		command, stdin, err := o.command(secret)
		if (err == nil) != (row.want != "") || err == nil && command[0] != row.want {
			t.Errorf("%+v: %q %v", row, command, err)
		}
		inArguments := slices.ContainsFunc(command, func(arg string) bool { return strings.Contains(arg, "s3cret") })
		if hidden := row.want == "osascript" || row.want == "xdg-open"; err == nil && hidden == inArguments {
			t.Errorf("%+v: %q", row, command)
		}
		if (row.system == "darwin") != strings.Contains(stdin, secret) {
			t.Errorf("%+v: reads %q", row, stdin)
		}
	}
}

// TestPage: only the user and the browser can read the page, and it is removed.
func TestPage(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are Unix's")
	}
	for _, row := range []struct{ browser, file, want string }{
		{"", "", ".local/share/sunpyter/open"},
		{"", "run", "run/sunpyter-open"},
		{"firefox.desktop", "run", "run/sunpyter-open"},
		{"firefox_firefox.desktop", "/var/lib/snapd/desktop/applications/firefox_firefox.desktop", "snap/firefox/common/sunpyter"},
		{"firefox_firefox.desktop", "run", "run/sunpyter-open"},
		{"org.mozilla.firefox.desktop", ".var/app/org.mozilla.firefox", ".var/app/org.mozilla.firefox/cache/sunpyter"},
		{"../../etc.desktop", ".var/app/../../etc", ".local/share/sunpyter/open"},
	} {
		o := opener(t, "linux", "DISPLAY", "xdg-open", row.file)
		o.output = func(string, ...string) string { return row.browser }
		command, _, err := o.command(secret)
		if err != nil {
			t.Fatal(err)
		}
		page := command[1]
		home, _ := os.UserHomeDir()
		if folder, err := filepath.Rel(home, filepath.Dir(page)); err != nil || folder != row.want {
			t.Errorf("%+v: in %s", row, page)
		}
		text, err := os.ReadFile(page)
		if err != nil || !strings.Contains(string(text), `content="0;url=`+secret+`"`) || !strings.Contains(string(text), `href="`+secret+`"`) {
			t.Errorf("%+v: %v\n%s", row, err, text)
		}
		for path, mode := range map[string]os.FileMode{page: 0o600, filepath.Dir(page): 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v %v", path, info.Mode(), err)
			}
		}
		o.Close()
		if _, err := os.Stat(page); err == nil {
			t.Errorf("%s is left", page)
		}
		if _, _, err := o.command(secret); err == nil {
			t.Error("a closed opener has made another page")
		}
	}
}
