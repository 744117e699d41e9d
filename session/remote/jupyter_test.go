package remote

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhereJupyterListens: Jupyter 2 writes its file before it listens on the socket. The port there is
// not its own, so nothing may be reported then; a Jupyter that knows no sockets listens on its port.
func TestWhereJupyterListens(t *testing.T) {
	_, rest, _ := strings.Cut(jobScript, "\nfound() {\n")
	body, _, ok := strings.Cut(rest, "\n}\n")
	if !ok {
		t.Fatal("job.sh has no function found")
	}
	const old, recent = `{"port": 8888, "token": "t"}`, `{"port": 8888, "sock": "/tmp/sunpyter.x/s", "token": "t"}`
	for _, row := range []struct {
		name, file string
		listens    bool
		want       string
	}{
		{"nothing was written", "", false, ""},
		{"Jupyter 2 does not listen yet", recent, false, ""},
		{"it listens", recent, true, "unix s notebook t\n"},
		{"a Jupyter without sockets", old, false, "tcp 127.0.0.1:8888 notebook t\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range map[string]string{"run/jpserver-1.json": strings.ReplaceAll(row.file, ", ", ",\n"), "app": "notebook", "k/x": ""} {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir) // the path of a socket must be short
			if row.listens {
				listener, err := net.Listen("unix", "s")
				if err != nil {
					t.Fatal(err)
				}
				defer listener.Close()
			}
			cmd := exec.CommandContext(t.Context(), "bash", "-c", "private=. socket=s\nreport() { printf '%s' \"$1\" >reported; }\nfound() {\n"+body+"\n}\nfound")
			out, err := cmd.CombinedOutput()
			if len(out) > 0 || (err == nil) != (row.want != "") {
				t.Errorf("%q, %v", out, err)
			}
			if where, _ := os.ReadFile("where"); string(where) != row.want {
				t.Errorf("%q, want %q", where, row.want)
			}
		})
	}
}
