// Bench measures Sunpyter on a real Slurm site in namespaces of this machine, in
// comparison with OpenSSH and with the first, shell-based Sunpyter, and prints a table
// with a limit for each figure. With -update it writes the table into
// docs/benchmarks.md; nothing else changes that file.
//
// A figure that misses its limit is marked, but is no error: machines differ, and a
// benchmark that fails on a busy one would soon be ignored.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/sa2c/sunpyter/testcluster"
)

// settings are the options of the command line.
type settings struct {
	binary string
	runs   int
	long   bool
	update string
	only   []string
}

// part is one group of rows.
type part struct {
	name    string
	measure func(context.Context, *lab, *report) error
}

var parts = []part{
	{"start", measureStarts},
	{"hops", measureHops},
	{"execute", measureExecutes},
	{"download", measureDownloads},
	{"routes", measureRoutes},
	{"projects", measureProjects},
	{"transfers", measureTransfers},
	{"terminals", measureTerminals},
	{"websockets", measureWebsockets},
	{"calls", measureCalls},
	{"footprint", measureFootprint},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == nodeRole {
		exit(runOnNode())
	}
	if err := testcluster.EnterLaptop(); err != nil {
		exit(err)
	}
	var s settings
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	flag.StringVar(&s.binary, "sunpyter", "bin/sunpyter", "the program to measure")
	flag.IntVar(&s.runs, "n", 5, "how often each start is repeated")
	flag.BoolVar(&s.long, "long", false, "also watch a job that waits in the queue for 2.5 minutes")
	flag.StringVar(&s.update, "update", "", "write the table into this file too")
	only := flag.String("only", "", "measure only these parts, by commas: "+strings.Join(names, ", "))
	flag.Parse()
	if *only != "" {
		s.only = strings.Split(*only, ",")
	}
	for _, name := range s.only {
		if !slices.Contains(names, name) {
			exit(fmt.Errorf("no part %q: there are %s", name, strings.Join(names, ", ")))
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run measures all parts and shows the table.
func run(ctx context.Context, s settings) error {
	l, err := openLab(ctx, s)
	if err != nil {
		return err
	}
	defer l.close()
	r := &report{}
	for _, p := range parts {
		if len(s.only) > 0 && !slices.Contains(s.only, p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring: %s\n", p.name)
		if err := p.measure(ctx, l, r); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	fmt.Print(r.list.String())
	if s.update == "" {
		return nil
	}
	return r.update(s.update, describeMachine(ctx, s.binary))
}
