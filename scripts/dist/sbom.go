package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A spdx is what we read of an SPDX 2.3 document: the one file that it describes and the packages
// that the file was made from.
type spdx struct {
	Version string `json:"spdxVersion"`
	Files   []struct {
		Name      string     `json:"fileName"`
		Checksums []checksum `json:"checksums"`
	} `json:"files"`
	Packages []struct {
		Name      string     `json:"name"`
		Version   string     `json:"versionInfo"`
		Checksums []checksum `json:"checksums"`
	} `json:"packages"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

// packages returns "name version" of each package, sorted.
func (s *spdx) packages() []string {
	names := map[string]bool{}
	for _, p := range s.Packages {
		names[p.Name+" "+p.Version] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// readSBOM returns the document next to a file of the package, if it describes that file as it is
// in the package.
func (v *vsix) readSBOM(name string) (*spdx, error) {
	list := path.Join(path.Dir(name), "sbom.spdx.json")
	var s spdx
	if err := json.Unmarshal(v.files[list].data, &s); err != nil {
		return nil, fmt.Errorf("reading %s: %w", list, err)
	}
	sum := sha256.Sum256(v.files[name].data)
	if s.Version != "SPDX-2.3" || len(s.Files) != 1 || s.Files[0].Name != "./"+path.Base(name) ||
		!slices.Contains(s.Files[0].Checksums, checksum{"SHA256", hex.EncodeToString(sum[:])}) {
		return nil, fmt.Errorf("%s does not describe %s", list, name)
	}
	return &s, nil
}

// examineSBOM compares the lists of what was built in with the files that were built: the program
// carries its modules' names itself.
func (v *vsix) examineSBOM(p platform) error {
	_, bundleErr := v.readSBOM("extension/dist/extension.cjs")
	return errors.Join(bundleErr, v.examineProgramSBOM("extension/bin/"+p.program))
}

func (v *vsix) examineProgramSBOM(program string) error {
	s, err := v.readSBOM(program)
	if err != nil {
		return err
	}
	info, err := buildinfo.Read(bytes.NewReader(v.files[program].data))
	if err != nil {
		return fmt.Errorf("reading the modules of %s: %w", program, err)
	}
	linked := []string{"stdlib " + strings.TrimPrefix(info.GoVersion, "go")}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		linked = append(linked, module.Path+" "+module.Version)
	}
	if slices.Sort(linked); !slices.Equal(linked, s.packages()) {
		return fmt.Errorf("%s was linked from %q, but its SPDX list has %q", program, linked, s.packages())
	}
	return nil
}
