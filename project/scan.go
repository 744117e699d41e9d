package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/units"
)

// Limits bound what is copied.
type Limits struct {
	Total int64 // bytes of all files
	File  int64 // bytes of one file
}

// MB is the unit in which users set limits, in bytes.
const MB = 1_000_000

// DefaultLimits are used where the user sets none.
var DefaultLimits = Limits{Total: 100 * MB, File: 20 * MB}

// maxFiles bounds the number of files.
const maxFiles = 20_000

// Scan is what of a folder is copied.
type Scan struct {
	Folder  string // absolute, without links
	Files   []Local
	Folders []string // those without anything in them
	Bytes   int64
	LeftOut []LeftOut
	Only    []string // the files and folders that were looked at; none: all

	counted int64 // bytes of the files that the user did not name
}

// Local is a file or link of the folder.
type Local struct {
	Name     string // relative to the folder, with slashes
	Size     int64
	Modified time.Time
	Exec     bool
	Link     string // where it leads, if it is a symbolic link
}

// LeftOut is a file that is not copied.
type LeftOut struct {
	Name   string
	Size   int64
	Reason string
}

// The reasons for which files are left out.
const (
	reasonSecret  = "secret"    // the name is that of a file with passwords or keys
	reasonLarge   = "too-large" // it is larger than the limit for one file
	reasonLink    = "link"      // a link to something outside the folder
	reasonSpecial = "special"   // a device, pipe or socket, or a repository in the folder
	reasonFailed  = "unreadable"
)

// NewScan looks at what is in a folder. In a git repository, that is what git tracks or would
// track; elsewhere all but environments and caches. include names files and folders that are
// copied though they are large, look like secrets, or git ignores them; only, if there are any,
// the files and folders to look at.
func NewScan(ctx context.Context, folder string, limits Limits, include, only []string) (*Scan, error) {
	tried := "looking at the files in " + folder
	root, err := Folder(folder)
	if err != nil {
		return nil, err
	}
	names, folders, err := list(ctx, root, include, only)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fault.ContextError(ctx, tried)
		}
		if fault.As(err) != nil {
			return nil, err
		}
		return nil, folderError(tried, err)
	}
	s := &Scan{Folder: root, Folders: folders, Only: only}
	for _, name := range names {
		s.add(name, limits, isBelow(name, include))
	}
	return s, s.check(tried, limits)
}

// check returns an error if there is too much to copy, or to list.
func (s *Scan) check(tried string, limits Limits) error {
	switch {
	case len(s.Files) > maxFiles:
		return &fault.Error{Code: fault.ProjectTooLarge, Tried: tried, Answer: "it has more than 20,000 files to copy",
			Advice: "Choose a folder inside it, or list what is not needed in .gitignore (in a git repository)."}
	case len(s.LeftOut) > maxFiles:
		return &fault.Error{Code: fault.ProjectTooLarge, Tried: tried, Answer: "more than 20,000 files in it would be left out, " + files.Escape(s.LeftOut[0].Name) + " for example",
			Advice: "Choose a folder inside it, or list them in .gitignore (in a git repository)."}
	case s.counted > limits.Total:
		return &fault.Error{Code: fault.ProjectTooLarge, Tried: tried, Answer: "its files add up to " + units.Bytes(int(s.counted)) + ", more than the limit of " + units.Bytes(int(limits.Total)),
			Advice: "Copy large data to the cluster once, separately; list it in .gitignore (in a git repository); or raise the limit."}
	}
	return nil
}

// Folder returns the absolute path of a folder of this computer, without symbolic links.
func Folder(folder string) (string, error) {
	root, err := filepath.EvalSymlinks(folder)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return "", folderError("looking at the files in "+folder, err)
	}
	return root, nil
}

func folderError(tried string, err error) error {
	answer := err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		answer = "it does not exist"
	}
	return &fault.Error{Code: fault.LocalFile, Tried: tried, Answer: answer, Err: err, Advice: "Check that it exists and that you can open it."}
}

// isBelow reports whether a name is one of the given ones, or in a folder that is.
func isBelow(name string, these []string) bool {
	return slices.ContainsFunc(these, func(one string) bool { return name == one || strings.HasPrefix(name, one+"/") })
}

// list returns the names of the files in a folder, or those of only that belong to it, sorted,
// and of the empty folders. Git knows no empty folders.
func list(ctx context.Context, root string, include, only []string) (names, folders []string, err error) {
	if info, err := os.Stat(root); err != nil {
		return nil, nil, err
	} else if !info.IsDir() {
		return nil, nil, errors.New("it is not a folder")
	}
	for _, name := range slices.Concat(include, only) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, nil, fmt.Errorf("%s is not in the folder", name)
		}
	}
	found := &walk{ctx: ctx, root: root}
	if found.names, err = listGit(ctx, root, only); errors.Is(err, errNoGit) {
		err = found.below(only)
	}
	if wanted := inBoth(include, only); err == nil && len(wanted) > 0 {
		err = found.below(wanted)
	}
	slices.Sort(found.names)
	slices.Sort(found.empty)
	return slices.Compact(found.names), slices.Compact(found.empty), err
}

// inBoth returns the names of include that only is about, which is about all if it is empty.
func inBoth(include, only []string) []string {
	if len(only) == 0 {
		return include
	}
	return append(filter(include, only), filter(only, include)...)
}

// filter returns those of the names that are among these, or below them.
func filter(names, these []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isBelow(name, these) })
}

// errNoGit is returned for a folder that is in no repository or in a bare one, and where there is no git.
var errNoGit = errors.New("git lists nothing")

// gitFailed is the exit status of git for its own errors. That of a git that is not installed is another one on macOS.
const gitFailed = 128

// listGit returns what git tracks or would track. Without a list that git refuses, files that it ignores
// would be copied. The repository's own settings may name
// programs to run: those are turned off.
func listGit(ctx context.Context, root string, only []string) ([]string, error) {
	args := []string{"--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-C", root,
		"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"}
	cmd := exec.CommandContext(ctx, "git", append(args, only...)...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		exit, _ := errors.AsType[*exec.ExitError](err)
		if exit == nil || exit.ExitCode() != gitFailed || bytes.Contains(exit.Stderr, []byte("not a git repository")) || bytes.Contains(exit.Stderr, []byte("work tree")) {
			return nil, errNoGit
		}
		return nil, &fault.Error{Code: fault.LocalFile, Tried: "listing the files of the git repository " + root, Answer: bounded.Text(string(exit.Stderr), 500), Err: err,
			Advice: "Make " + fault.Shell("git status") + " work in that folder, so that files which git ignores are not copied."}
	}
	var names []string
	for name := range bytes.SplitSeq(out, []byte{0}) {
		if len(name) > 0 && !isSkipped(string(name)) {
			names = append(names, strings.TrimSuffix(string(name), "/"))
		}
	}
	return names, nil
}

// walk finds files and empty folders, without those of environments and caches.
type walk struct {
	ctx          context.Context
	root         string
	names, empty []string // in root
}

// below finds the given files, and those below the given folders; without any given, all.
func (w *walk) below(from []string) error {
	if len(from) == 0 {
		from = []string{"."}
	}
	for _, name := range from {
		if isInEnvironment(w.root, name) {
			continue
		}
		if err := filepath.WalkDir(filepath.Join(w.root, filepath.FromSlash(name)), w.visit); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) visit(file string, entry fs.DirEntry, err error) error {
	switch {
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	case err != nil && file == w.root:
		return err
	case err != nil, len(w.names)+len(w.empty) > 10*maxFiles: // a file may be gone meanwhile
		return nil
	}
	name, err := filepath.Rel(w.root, file)
	if err != nil {
		return err
	}
	switch name = filepath.ToSlash(name); {
	case !entry.IsDir():
		if !isSkipped(name) {
			w.names = append(w.names, name)
		}
	case name == ".":
	case isSkipped(name) || isEnvironment(file):
		return fs.SkipDir
	case isEmpty(file):
		w.empty = append(w.empty, name)
	}
	return nil
}

// isEmpty reports whether nothing is in a folder.
func isEmpty(folder string) bool {
	f, err := os.Open(folder)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = f.Readdirnames(1)
	return errors.Is(err, io.EOF)
}

// skippedNames are folders and files that nobody wants to have copied.
var skippedNames = []string{".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".ipynb_checkpoints", ".mypy_cache",
	".pytest_cache", ".ruff_cache", ".tox", ".nox", ".cache", ".DS_Store", "Thumbs.db", ownFolder}

// isSkipped reports whether a part of a name is one of skippedNames.
func isSkipped(name string) bool {
	return haveCommon(strings.Split(name, "/"), skippedNames)
}

func haveCommon(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// environmentMarks are in the folders of virtual and conda environments.
var environmentMarks = []string{"pyvenv.cfg", "conda-meta"}

// isEnvironment reports whether a folder is a virtual or conda environment.
func isEnvironment(folder string) bool {
	return slices.ContainsFunc(environmentMarks, func(mark string) bool {
		_, err := os.Lstat(filepath.Join(folder, mark))
		return err == nil
	})
}

// isInEnvironment reports whether a name in root is in such a folder.
func isInEnvironment(root, name string) bool {
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if isEnvironment(filepath.Join(root, filepath.FromSlash(folder))) {
			return true
		}
	}
	return false
}

// add adds one file to what is copied, or to what is left out.
func (s *Scan) add(name string, limits Limits, included bool) {
	file := filepath.Join(s.Folder, filepath.FromSlash(name))
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist): // git still has it
	case err != nil:
		s.leaveOut(name, 0, reasonFailed)
	case isSecret(name) && !included:
		s.leaveOut(name, info.Size(), reasonSecret)
	case info.Mode()&fs.ModeSymlink != 0:
		if link, inside := s.linkInside(file); inside {
			s.Files = append(s.Files, Local{Name: name, Modified: info.ModTime(), Link: link})
		} else {
			s.leaveOut(name, 0, reasonLink)
		}
	case !info.Mode().IsRegular():
		s.leaveOut(name, 0, reasonSpecial)
	case info.Size() > limits.File && !included:
		s.leaveOut(name, info.Size(), reasonLarge)
	default:
		s.Files = append(s.Files, Local{Name: name, Size: info.Size(), Modified: info.ModTime(), Exec: info.Mode()&0o100 != 0})
		s.Bytes += info.Size()
		if !included {
			s.counted += info.Size()
		}
	}
}

func (s *Scan) leaveOut(name string, size int64, reason string) {
	s.LeftOut = append(s.LeftOut, LeftOut{name, size, reason})
}

// linkInside returns where a link leads, with slashes, and whether that is in the folder.
func (s *Scan) linkInside(file string) (string, bool) {
	link, err := os.Readlink(file)
	if err != nil || filepath.IsAbs(link) {
		return "", false
	}
	to, err := filepath.EvalSymlinks(file)
	if err != nil { // it leads nowhere: by its text, then
		to = filepath.Join(filepath.Dir(file), link)
	}
	relative, err := filepath.Rel(s.Folder, to)
	return filepath.ToSlash(link), err == nil && filepath.IsLocal(relative)
}

// secretNames are patterns of files that hold passwords or keys.
var secretNames = []string{".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.kdbx", "*.ovpn", "id_rsa*", "id_dsa*",
	"id_ecdsa*", "id_ed25519*", ".netrc", "_netrc", ".pgpass", ".npmrc", ".pypirc", ".htpasswd", ".git-credentials", ".dockercfg",
	"credentials", "credentials.json", "credentials.yml", "credentials.yaml", "secrets.*", "*.secret", "*.token", "token", "token.txt",
	"tokens.json", "client_secret*.json", "service-account*.json", "service_account*.json", "kubeconfig", ".vault-token", ".my.cnf", ".boto"}

// publicNames are patterns of files that look like those but hold nothing secret.
var publicNames = []string{"*.pub", ".env.example", ".env.sample", ".env.template", ".env.dist"}

// secretFolders are folders that hold nothing else.
var secretFolders = []string{".ssh", ".aws", ".gnupg", ".azure", ".kube"}

// isSecret reports whether a file looks as if it held passwords or keys, by its name.
func isSecret(name string) bool {
	folder, base := path.Split(strings.ToLower(name))
	if haveCommon(strings.Split(folder, "/"), secretFolders) {
		return true
	}
	matches := func(pattern string) bool {
		ok, _ := path.Match(pattern, base)
		return ok
	}
	return !slices.ContainsFunc(publicNames, matches) && slices.ContainsFunc(secretNames, matches)
}
