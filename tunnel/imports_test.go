package tunnel

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowedImports are, for each package below and including tunnel, the packages of ours that it
// may import. What none of them may know: slurm, session, server, protocol, profile, terminal.
var allowedImports = map[string][]string{
	"tunnel":                   {"fault", "internal/bounded", "internal/retry", "tunnel/hostkeys", "tunnel/internal/sshkey", "tunnel/internal/watchdog", "tunnel/openssh", "tunnel/prompts", "tunnel/sshauth", "tunnel/sshconfig"},
	"tunnel/hostkeys":          {"fault", "internal/bounded", "tunnel/internal/sshkey", "tunnel/prompts", "tunnel/sshconfig"},
	"tunnel/internal/sshkey":   {},
	"tunnel/internal/watchdog": {"fault", "tunnel/sshconfig"},
	"tunnel/openssh":           {"fault", "internal/bounded", "tunnel/hostkeys", "tunnel/internal/watchdog", "tunnel/prompts", "tunnel/sshauth", "tunnel/sshconfig"},
	"tunnel/prompts":           {"fault"},
	"tunnel/proxy":             {"fault"},
	"tunnel/share":             {"fault", "tunnel", "tunnel/prompts", "tunnel/sshconfig"},
	"tunnel/sshauth":           {"fault", "internal/bounded", "tunnel/internal/sshkey", "tunnel/prompts", "tunnel/sshconfig"},
	"tunnel/sshconfig":         {"fault", "internal/bounded", "tunnel/internal/sshkey"},
}

func TestImports(t *testing.T) {
	const module = "github.com/sa2c/sunpyter/"
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		pkg := filepath.ToSlash(filepath.Join("tunnel", filepath.Dir(path)))
		allowed, known := allowedImports[pkg]
		if !known {
			t.Errorf("%s: a package that is not in allowedImports", pkg)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if own, ours := strings.CutPrefix(name, module); ours && !slices.Contains(allowed, own) {
				t.Errorf("%s: %s may not import %s", path, pkg, own)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
