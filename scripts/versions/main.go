// Versions makes the table of docs/versions.md from the results of run.sh, one folder for each suite of Debian:
//
//	versions [-update docs/versions.md] FOLDER
package main

import (
	"flag"
	"fmt"
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
	text := page(suites)
	fmt.Print(table(suites))
	if document == "" {
		return nil
	}
	return os.WriteFile(document, []byte(text), 0o644)
}
