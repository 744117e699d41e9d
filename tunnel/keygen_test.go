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
)

func TestMakeKey(t *testing.T) {
	s := startSSHD(t, "PasswordAuthentication no")
	for _, phrase := range []string{"", "x y"} {
		p := newPerson(t)
		file := filepath.Join(p.dir, "new folder", "id_ed25519")
		public, err := MakeKey(file, "alice@laptop", phrase)
		must(t, err)
		for path, mode := range map[string]os.FileMode{file: 0o600, file + ".pub": 0o644, filepath.Dir(file): 0o700 | os.ModeDir} {
			if info, err := os.Stat(path); err != nil || info.Mode() != mode {
				t.Errorf("%s: %v, %v", path, info, err)
			}
		}
		// ssh-keygen reads it, and gives the same public half
		out, err := exec.Command("ssh-keygen", "-y", "-P", phrase, "-f", file).Output()
		must(t, err)
		if strings.TrimSpace(string(out)) != public || !strings.HasSuffix(public, " alice@laptop") {
			t.Errorf("%q, ssh-keygen says %q", public, out)
		}
		s.write(t, "authorized_keys", public+"\n")
		dial(t, targetOf(p, s, file), Options{Prompter: &answers{secrets: []string{phrase}}})

		before, err := os.ReadFile(file)
		must(t, err)
		for _, taken := range []string{file, file + ".pub"} {
			must(t, os.Rename(taken, taken+".away"))
			_, err = MakeKey(file, "", "")
			wantFault(t, err, fault.BadRequest, "already")
			must(t, os.Rename(taken+".away", taken))
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
			t.Errorf("the key was written over: %v", err)
		}
	}
	_, err := MakeKey("/proc/none/id", "", "")
	wantFault(t, err, fault.BadRequest)
}

// TestInstallKey: into homes of every kind, from whatever shell a person has there.
func TestInstallKey(t *testing.T) {
	for _, shell := range []string{"/bin/bash", "/bin/dash", "/bin/zsh", "/bin/tcsh", "/usr/bin/fish"} {
		t.Run(filepath.Base(shell), func(t *testing.T) {
			if _, err := os.Stat(shell); err != nil {
				t.Skip(err)
			}
			s, p := startSSHD(t), newPerson(t)
			home := s.home(t, shell)
			c := dial(t, targetOf(p, s, p.key(s, "old", "")), Options{})
			other := otherKey(p, "other", "ed25519")
			for _, test := range []struct{ name, before, after string }{
				{"nothing there", "", "KEY it's $(me) \"too\"\n"},
				{"a line without an end", "# mine\n" + other, "# mine\n" + other + "\nKEY it's $(me) \"too\"\n"},
				{"there already", "KEY another comment\n", "KEY another comment\n"},
				{"there with options", "from=\"10.*\" KEY\n" + other + "\n", "from=\"10.*\" KEY\n" + other + "\n"},
				{"there as a comment", "#KEY\n", "#KEY\nKEY it's $(me) \"too\"\n"},
			} {
				key := otherKey(p, test.name, "ed25519")
				file := filepath.Join(home, ".ssh", "authorized_keys")
				must(t, os.RemoveAll(filepath.Dir(file)))
				if test.before != "" {
					s.asAlice(t, "mkdir -m 700 "+home+"/.ssh && cat > "+file, strings.ReplaceAll(test.before, "KEY", key))
				}
				want := strings.ReplaceAll(test.after, "KEY", key)
				for _, again := range []bool{false, true} {
					added, err := c.InstallKey(within(t), key+" it's $(me) \"too\"")
					must(t, err)
					text, err := os.ReadFile(file)
					must(t, err)
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

func TestInstallKeyWhereItCannotBe(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	home := s.home(t, "/bin/bash")
	c := dial(t, targetOf(p, s, p.key(s, "old", "")), Options{})
	key := otherKey(p, "new", "ed25519")
	for _, line := range []string{"", "junk", key + "\n" + key, "command=\"rm -rf /\" " + key} {
		_, err := c.InstallKey(within(t), line)
		wantFault(t, err, fault.BadRequest)
	}
	must(t, os.Chown(home, 0, 0))
	_, err := c.InstallKey(within(t), key)
	wantFault(t, err, fault.HomeNotWritable, "authorized_keys", "denied")
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	_, err = c.InstallKey(ctx, key)
	wantFault(t, err, fault.ConnectTimeout)
}
