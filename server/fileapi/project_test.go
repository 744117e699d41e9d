//go:build unix

package fileapi

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// TestProjectMethods: a folder is scanned and copied, and a conflict is named.
func TestProjectMethods(t *testing.T) {
	s, home := newFiles(t, "Subsystem sftp internal-sftp")
	folder := filepath.Join(t.TempDir(), "my thesis")
	must(t, os.MkdirAll(filepath.Join(folder, "pkg"), 0o755))
	for name, text := range map[string]string{"a.ipynb": "{}", "pkg/caf\xe9.py": "x = 1", ".env": "PASSWORD=x"} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	ctx := t.Context()
	copied := protocol.ProjectCopy{Folder: folder}
	scan, err := s.ProjectScan(ctx, &protocol.ProjectScanParams{Project: copied})
	if err != nil || scan.Files != 2 || scan.Bytes != 7 || len(scan.LeftOut) != 1 || scan.LeftOut[0].Reason != protocol.ProjectReasonSecret {
		t.Fatalf("scanned %+v, %v", scan, err)
	}
	push := func(project protocol.ProjectCopy, dry bool) *protocol.ProjectPushResult {
		t.Helper()
		r, err := s.ProjectPush(ctx, &protocol.ProjectPushParams{Cluster: "site", Project: project, DryRun: dry})
		must(t, err)
		return r
	}
	if r := push(copied, true); len(r.Sent) != 2 || r.Path != home+"/my thesis" {
		t.Errorf("would do %+v", r)
	}
	if r := push(copied, false); !slices.Equal(r.Sent, []string{"a.ipynb", "pkg/caf%E9.py"}) {
		t.Errorf("did %+v", r)
	}
	must(t, os.WriteFile(filepath.Join(home, "my thesis/a.ipynb"), []byte("changed there"), 0o644))
	must(t, os.WriteFile(filepath.Join(folder, "a.ipynb"), []byte("changed here!!"), 0o644))
	if r := push(copied, false); len(r.Conflicts) != 1 || r.Conflicts[0].Path != home+"/my thesis/a.ipynb" {
		t.Errorf("a conflict: %+v", r)
	}
	copied.Mine = []string{"a.ipynb"}
	if r := push(copied, false); len(r.Conflicts) != 0 || len(r.Sent) != 1 {
		t.Errorf("resolved: %+v", r)
	}
	must(t, os.WriteFile(filepath.Join(home, "my thesis/result.csv"), []byte("1"), 0o644))
	changes, err := s.ProjectChanges(ctx, &protocol.ProjectChangesParams{Cluster: "site", Project: copied})
	must(t, err)
	if len(changes.Files) != 1 || changes.Files[0].Name != "result.csv" || changes.Files[0].Bytes != 1 || changes.Files[0].Here {
		t.Errorf("new there: %+v", changes)
	}
	pull := protocol.ProjectPullParams{Cluster: "site", Project: copied, Names: []string{"result.csv"}}
	if done, err := s.ProjectPull(ctx, &pull); err != nil || done.Files != 1 {
		t.Errorf("pulled %+v, %v", done, err)
	}
	if _, err := s.ProjectPull(ctx, &pull); !fault.Is(err, fault.FileExists) || !strings.Contains(fault.Terminal.Render(err.Error()), "result.csv") ||
		!strings.Contains(fault.Terminal.Render(err.Error()), "--overwrite") {
		t.Errorf("pulled what is here already: %v", err)
	}
	pull.Names = []string{"none"}
	if _, err := s.ProjectPull(ctx, &pull); !fault.Is(err, fault.FileNotFound) || !strings.Contains(err.Error(), "/none on ") {
		t.Errorf("pulled what is not there: %v", err)
	}
	elsewhere := copied
	elsewhere.Path = "$HOME/other place" // as a kernel's working directory
	push(elsewhere, false)
	if r := push(copied, false); r.Path != home+"/other place" || len(r.Sent) > 0 {
		t.Errorf("the chosen place is not remembered: %+v", r)
	}
	for _, wrong := range []protocol.ProjectCopy{{Folder: "relative"}, {Folder: folder, Path: "~"}, {Folder: folder, Path: "/"}, {Folder: folder, MaxFileMB: -1}} {
		if _, err := s.ProjectPush(ctx, &protocol.ProjectPushParams{Cluster: "site", Project: wrong}); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}
