package loginshell

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
	"github.com/sa2c/sunpyter/plain"
)

func TestQuote(t *testing.T) {
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "tcsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			path := shelltest.Path(t, shell)
			for _, word := range shelltest.Hostile {
				out, err := exec.Command(path, "-c", "/usr/bin/printf '<%s>' "+Quote(word)).CombinedOutput()
				if err != nil || string(out) != "<"+word+">" {
					t.Errorf("%q arrives as %q, %v", word, out, err)
				}
			}
			if shell == "tcsh" {
				return // It has no portable way to write a line break.
			}
			if out, err := exec.Command(path, "-c", "/usr/bin/printf '<%s>' "+Quote("a\nb\r\n")).CombinedOutput(); err != nil || string(out) != "<a\nb\r\n>" {
				t.Errorf("a line break arrives as %q, %v", out, err)
			}
		})
	}
}

func TestExpandPath(t *testing.T) {
	for path, want := range map[string]string{
		"~":                     "/home/o'neil",
		"~/":                    "/home/o'neil/",
		"~/x y":                 "/home/o'neil/x y",
		"$HOME/x":               "/home/o'neil/x",
		"${HOME}/x":             "/home/o'neil/x",
		"/cdt_storage/$USER":    "/cdt_storage/o'neil",
		"/a/${USER}s/$USER/b":   "/a/o'neils/o'neil/b",
		"/a/$USERS":             "/a/$USERS",
		"/a/~":                  "/a/~",
		"/a/$(id);`id` $X \\ !": "/a/$(id);`id` $X \\ !",
		"/a/$HOME":              "/a/$HOME",
	} {
		word, err := ExpandPath(path)
		if err != nil {
			t.Errorf("%q: %v", path, err)
			continue
		}
		cmd := exec.Command("bash", "-c", "printf '<%s>' "+word)
		cmd.Env = []string{"HOME=/home/o'neil", "USER=o'neil"}
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "<"+want+">" {
			t.Errorf("%q (%s) arrives as %q, %v, want %q", path, word, out, err, want)
		}
	}
	for _, path := range []string{"", "x", "./x", "~bob", "~bob/x", "$HOMES/x", "$USER/x", "-x", "/a\nb", "/a\x00", "/\xff", "/" + strings.Repeat("x", plain.MaxLine)} {
		if word, err := ExpandPath(path); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%.20q gives %q, %v", path, word, err)
		}
	}
}

func FuzzQuote(f *testing.F) {
	for _, word := range shelltest.Hostile {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) {
			t.Skip("no word can hold NUL")
		}
		if out, err := exec.Command("sh", "-c", "printf '%s' "+Quote(word)).Output(); err != nil || string(out) != word {
			t.Fatalf("%q arrives as %q, %v", word, out, err)
		}
	})
}

func FuzzExpandPath(f *testing.F) {
	for _, path := range []string{"~", "~/x", "$HOME/$USER", "/a/${USER}/b", "/$USERS"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		word, err := ExpandPath(path)
		if err != nil {
			return
		}
		cmd := exec.Command("bash", "-c", "printf '%s' "+word)
		cmd.Env = []string{"HOME=/h", "USER=u"}
		out, err := cmd.Output()
		if err != nil || !strings.HasPrefix(string(out), "/") {
			t.Fatalf("%q (%s) arrives as %q, %v", path, word, out, err)
		}
	})
}
