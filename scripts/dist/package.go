package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mostBytes is the largest acceptable download.
const mostBytes = 12 << 20

// A vsix is an opened package: a zip with the extension under extension/.
type vsix struct {
	size  int
	files map[string]file
	made  time.Time // the commit's
}

type file struct {
	data []byte
	mode fs.FileMode
}

func openPackage(path string) (*vsix, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	pack := &vsix{size: len(data), files: map[string]file{}}
	for _, entry := range archive.File {
		content, err := fs.ReadFile(archive, entry.Name)
		if err != nil {
			return nil, fmt.Errorf("reading %s of %s: %w", entry.Name, path, err)
		}
		pack.files[entry.Name] = file{content, entry.Mode()}
		pack.made = entry.Modified.UTC()
	}
	return pack, nil
}

// examine returns everything that is wrong with a package, as one error.
func (v *vsix) examine(p platform) error {
	problems := []error{v.examineNames(p), v.examineProgram(p), v.examinePlatform(p), v.examinePaths(p), v.examineSBOM(p)}
	if v.size > mostBytes {
		problems = append(problems, fmt.Errorf("%d bytes are more than %d", v.size, mostBytes))
	}
	return errors.Join(problems...)
}

// pictures are those of the walkthrough and of commands: there may be any number.
var pictures = regexp.MustCompile(`^extension/(walkthrough/[a-z-]+\.(md|svg|png)|media/[a-z-]+\.(svg|png))$`)

func (v *vsix) examineNames(p platform) error {
	wanted := []string{
		"[Content_Types].xml", "extension.vsixmanifest", "extension/package.json",
		"extension/readme.md", "extension/changelog.md", "extension/LICENSE.txt",
		"extension/media/icon.png", "extension/dist/extension.cjs", "extension/dist/THIRD-PARTY.txt", "extension/dist/sbom.spdx.json",
		"extension/bin/" + p.program, "extension/bin/THIRD-PARTY.txt", "extension/bin/sbom.spdx.json",
	}
	var problems []error
	for _, name := range wanted {
		if len(v.files[name].data) == 0 {
			problems = append(problems, fmt.Errorf("%s is missing or empty", name))
		}
	}
	for name := range v.files {
		if !slices.Contains(wanted, name) && !pictures.MatchString(name) {
			problems = append(problems, fmt.Errorf("%s does not belong there", name))
		}
	}
	return errors.Join(problems...)
}

func (v *vsix) examineProgram(p platform) error {
	program := v.files["extension/bin/"+p.program]
	if got := machineOf(program.data); got != p.machine {
		return fmt.Errorf("the program is for %s, not for %s", got, p.machine)
	}
	if program.mode.Perm() != 0o755 {
		return fmt.Errorf("the program's mode is %v: it cannot be run", program.mode)
	}
	return nil
}

func (v *vsix) examinePlatform(p platform) error {
	if !strings.Contains(string(v.files["extension.vsixmanifest"].data), `TargetPlatform="`+p.name+`"`) {
		return fmt.Errorf("the package is not marked for %s", p.name)
	}
	return nil
}

// machinePaths are how those of the computer that built a package begin: a user's folder, the
// staging folder, and the source map, which would have more of them.
var machinePaths = []string{"/root/", "/home/", "/Users/", `\Users\`, "/sunpyter-package-", "sourceMappingURL="}

// examinePaths looks at what was compiled; in texts a path is an example.
func (v *vsix) examinePaths(p platform) error {
	var problems []error
	for _, name := range []string{"extension/bin/" + p.program, "extension/dist/extension.cjs"} {
		data := v.files[name].data
		for _, path := range machinePaths {
			if at := bytes.Index(data, []byte(path)); at >= 0 {
				found := data[at:min(at+60, len(data))]
				problems = append(problems, fmt.Errorf("%s tells of the computer that made it: %q", name, found))
			}
		}
	}
	return errors.Join(problems...)
}
