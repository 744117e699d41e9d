package tunnel

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

func TestMakeKey(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, "PasswordAuthentication no")
	for _, phrase := range []string{"", "x y"} {
		p := sshtest.NewUser(t)
		file := filepath.Join(p.Dir, "new folder", "id_ed25519")
		public, err := sshauth.MakeKey(file, "alice@laptop", phrase)
		sshtest.Must(t, err)
		for path, mode := range map[string]os.FileMode{file: 0o600, file + ".pub": 0o644, filepath.Dir(file): 0o700 | os.ModeDir} {
			if info, err := os.Stat(path); err != nil || info.Mode() != mode {
				t.Errorf("%s: %v, %v", path, info, err)
			}
		}
		// ssh-keygen reads it, and prints the same public half
		out, err := exec.Command("ssh-keygen", "-y", "-P", phrase, "-f", file).Output()
		sshtest.Must(t, err)
		if strings.TrimSpace(string(out)) != public || !strings.HasSuffix(public, " alice@laptop") {
			t.Errorf("%q, ssh-keygen says %q", public, out)
		}
		s.Write(t, "authorized_keys", public+"\n")
		dial(t, targetOf(p, s, file), Options{Prompter: &sshtest.Answers{Secrets: []string{phrase}}})

		before, err := os.ReadFile(file)
		sshtest.Must(t, err)
		for _, taken := range []string{file, file + ".pub"} {
			sshtest.Must(t, os.Rename(taken, taken+".away"))
			_, err = sshauth.MakeKey(file, "", "")
			sshtest.WantFault(t, err, fault.BadRequest, "already")
			sshtest.Must(t, os.Rename(taken+".away", taken))
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
			t.Errorf("the key was written over: %v", err)
		}
	}
	_, err := sshauth.MakeKey("/proc/none/id", "", "")
	sshtest.WantFault(t, err, fault.BadRequest)
}

// TestInstallKey: into home directories of every kind, by any login shell.
func TestInstallKey(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"/bin/bash", "/bin/dash", "/bin/zsh", "/bin/tcsh", "/usr/bin/fish"} {
		t.Run(filepath.Base(shell), func(t *testing.T) {
			if _, err := os.Stat(shell); err != nil {
				t.Skip(err)
			}
			s, p := sshtest.Start(t), sshtest.NewUser(t)
			home := s.Home(t, shell)
			c := dial(t, targetOf(p, s, p.Key(s, "old", "")), Options{})
			other := sshtest.OtherKey(p, "other", "ed25519")
			for _, test := range []struct{ name, before, after string }{
				{"nothing there", "", "KEY it's $(me) \"too\"\n"},
				{"a line without an end", "# mine\n" + other, "# mine\n" + other + "\nKEY it's $(me) \"too\"\n"},
				{"there already", "KEY another comment\n", "KEY another comment\n"},
				{"there with options", "from=\"10.*\" KEY\n" + other + "\n", "from=\"10.*\" KEY\n" + other + "\n"},
				{"there as a comment", "#KEY\n", "#KEY\nKEY it's $(me) \"too\"\n"},
			} {
				key := sshtest.OtherKey(p, test.name, "ed25519")
				file := filepath.Join(home, ".ssh", "authorized_keys")
				sshtest.Must(t, os.RemoveAll(filepath.Dir(file)))
				if test.before != "" {
					s.AsAlice(t, "mkdir -m 700 "+home+"/.ssh && cat > "+file, strings.ReplaceAll(test.before, "KEY", key))
				}
				want := strings.ReplaceAll(test.after, "KEY", key)
				for _, again := range []bool{false, true} {
					added, err := c.InstallKey(sshtest.Context(t), key+" it's $(me) \"too\"")
					sshtest.Must(t, err)
					text, err := os.ReadFile(file)
					sshtest.Must(t, err)
					if string(text) != want {
						t.Errorf("%s: got %q, want %q", test.name, text, want)
					}
					if wanted := test.before != test.after && !again; added != wanted {
						t.Errorf("%s: added is %v, again is %v", test.name, added, again)
					}
				}
				if info, err := os.Stat(filepath.Dir(file)); err != nil || info.Mode().Perm() != 0o700 {
					t.Errorf("%s: %v, %v", test.name, info, err)
				}
			}
		})
	}
}

func TestInstallKeyFails(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	home := s.Home(t, "/bin/bash")
	c := dial(t, targetOf(p, s, p.Key(s, "old", "")), Options{})
	key := sshtest.OtherKey(p, "new", "ed25519")
	for _, line := range []string{"", "junk", key + "\n" + key, "command=\"rm -rf /\" " + key} {
		_, err := c.InstallKey(sshtest.Context(t), line)
		sshtest.WantFault(t, err, fault.BadRequest)
	}
	sshtest.Must(t, os.Chown(home, 0, 0))
	_, err := c.InstallKey(sshtest.Context(t), key)
	sshtest.WantFault(t, err, fault.HomeNotWritable, "authorized_keys", "denied")
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	_, err = c.InstallKey(ctx, key)
	sshtest.WantFault(t, err, fault.ConnectTimeout)
}
