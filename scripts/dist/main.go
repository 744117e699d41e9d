// Dist finishes a release: it examines each .vsix that `npm run package` made, takes the program out
// of it into an archive for use in a terminal, and writes SHA256SUMS of all. The same commit results
// in the same bytes.
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	folder := flag.String("folder", "dist", "where the .vsix files are and the archives go")
	readme := flag.String("readme", "README.md", "the readme for the archives")
	flag.Parse()
	if err := finish(*folder, *readme); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// finish makes the missing files in a folder of packages, which must have one for each platform.
func finish(folder, readme string) error {
	about, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	var made []string
	for _, p := range platforms {
		vsix, archive := "sunpyter-"+p.name+".vsix", "sunpyter-"+p.name+p.archive
		pack, err := openPackage(filepath.Join(folder, vsix))
		if err != nil {
			return err
		}
		if err := pack.examine(p); err != nil {
			return fmt.Errorf("%s: %w", vsix, err)
		}
		if err := writeArchive(filepath.Join(folder, archive), p, pack, about); err != nil {
			return fmt.Errorf("writing %s: %w", archive, err)
		}
		made = append(made, vsix, archive)
	}
	return writeSums(folder, made)
}

// writeSums writes SHA256SUMS as sha256sum does, so that `sha256sum -c SHA256SUMS` reads it.
func writeSums(folder string, names []string) error {
	var sums bytes.Buffer
	for _, name := range slices.Sorted(slices.Values(names)) {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), sums.Bytes(), 0o644)
}
