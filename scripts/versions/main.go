// Versions makes docs/versions.md from the results of run.sh, one folder for each suite of Debian. Suites without results
// stay in the document as they are there:
//
//	versions [-update docs/versions.md] FOLDER
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	update := flag.String("update", "", "write this file; otherwise the text is printed")
	flag.Parse()
	if err := run(*update, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "versions:", err)
		os.Exit(1)
	}
}

func run(document, folder string) error {
	dates, err := filepath.Glob(filepath.Join(folder, "*", "date.txt")) // which run.sh writes last
	if err != nil {
		return err
	}
	var suites []suite
	for _, date := range dates {
		s, err := readSuite(filepath.Dir(date))
		if err != nil {
			return err
		}
		suites = append(suites, s)
	}
	if len(suites) == 0 {
		return fmt.Errorf("%s has no results: run `make versions`", folder)
	}
	if document == "" {
		fmt.Print(page("", suites))
		return nil
	}
	previous, err := os.ReadFile(document)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, s := range suites {
		fmt.Print(row(s))
	}
	return os.WriteFile(document, []byte(page(string(previous), suites)), 0o644)
}
