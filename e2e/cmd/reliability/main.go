// Command reliability writes what the fault tests have measured into the list of
// faults:
//
//	reliability -update docs/reliability.md MEASURES
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/sa2c/sunpyter/e2e/measures"
)

func main() {
	update := flag.String("update", "", "update this file; without it, print the figures")
	flag.Parse()
	if err := run(*update, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "reliability:", err)
		os.Exit(1)
	}
}

func run(document, file string) error {
	all, err := measures.Read(file)
	if err != nil {
		return err
	}
	if document == "" {
		for _, m := range all {
			fmt.Printf("%s: %s %s\n", m.Test, m.What, m.Value)
		}
		return nil
	}
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	return os.WriteFile(document, []byte(measures.Fill(string(text), all)), 0o644)
}
