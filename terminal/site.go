package terminal

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/tomlfile"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/profile/site"
)

func (p *program) siteCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "site",
		Short: "For site admins: check the file that a login node has for Sunpyter",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() }, // otherwise cobra accepts any word
	}
	cmd.AddCommand(p.siteCheckCommand())
	return cmd
}

func (p *program) siteCheckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Print what Sunpyter understands of a site's file, and its mistakes",
		Long: `Check reads a file as Sunpyter reads ` + site.DefaultPath + ` on a login node, and prints
what it understands. Without FILE, it reads that file, or the one that the variable
` + site.PathVariable + ` names. With a mistake, users' computers ignore the file, and check fails.
docs/for-site-admins.md describes the file.`,
		Example: `  sunpyter site check
  sunpyter site check new-site.toml && sudo cp new-site.toml ` + site.DefaultPath,
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.checkSite(cmp.Or(firstArg(args), os.Getenv(site.PathVariable), site.DefaultPath), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// siteReport is what a check of a site's file found.
type siteReport struct {
	Path     string             `json:"path"`
	OK       bool               `json:"ok"`
	Mistakes []tomlfile.Mistake `json:"mistakes,omitempty"`
	Warnings []tomlfile.Mistake `json:"warnings,omitempty"`
	Defaults map[string]any     `json:"defaults,omitempty"`
	Caps     map[string]int     `json:"caps,omitempty"`
	File     site.File          `json:"file"`
}

func (p *program) checkSite(path string, asJSON bool) error {
	text, err := readSiteFile(path)
	result := site.Parse(text)
	if err != nil {
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathError.Err // the path is printed before it
		}
		result = site.Result{Mistakes: []tomlfile.Mistake{{Message: err.Error()}}}
	}
	report := siteReport{
		Path: path, OK: len(result.Mistakes) == 0, Mistakes: result.Mistakes, Warnings: result.Warnings, File: result.File,
		Defaults: map[string]any{}, Caps: capFigures(result.File.Caps),
	}
	for _, v := range result.File.Defaults {
		report.Defaults[v.Key] = v.Value
	}
	if asJSON {
		newEmitter(p.out, true).emit(event{Event: "site", Site: &report})
	} else {
		p.printSite(report)
	}
	if !report.OK {
		return exitError(exitUsage)
	}
	return nil
}

// readSiteFile reads a file under the conditions of slurm/scripts/sitefile.sh, apart from its
// owner's: a file may be checked before it is installed.
func readSiteFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0: // there, all files seem to have this bit
		return nil, errors.New("all users can write it: run chmod o-w " + path)
	}
	return bounded.ReadFile(path, site.MaxSize+1)
}

// printSite prints what a file says, and its mistakes to stderr.
func (p *program) printSite(report siteReport) {
	for _, line := range describeSite(report) {
		_, _ = fmt.Fprintln(p.out, plain.Text(line))
	}
	for _, m := range report.Warnings {
		_, _ = fmt.Fprintf(p.err, "Warning: %s: %s\n", report.Path, plain.Line(m.String()))
	}
	for _, m := range report.Mistakes {
		_, _ = fmt.Fprintf(p.err, "Mistake: %s: %s\n", report.Path, plain.Line(mistakeText(m)))
	}
	if !report.OK {
		_, _ = fmt.Fprintln(p.err, "Users' computers ignore this file.")
	}
}

// mistakeText leaves out the line of a file that could not be read.
func mistakeText(m tomlfile.Mistake) string {
	if m.Line == 0 && m.Key == "" {
		return m.Message
	}
	return m.String()
}

// describeSite returns the lines that say what a file says, in its order in the documentation.
func describeSite(report siteReport) []string {
	var lines []string
	add := func(name string, values ...string) {
		if text := strings.Join(slices.DeleteFunc(values, func(v string) bool { return v == "" }), ", "); text != "" {
			lines = append(lines, fmt.Sprintf("%-14s %s", name+":", text))
		}
	}
	f := report.File
	add("Title", f.Title)
	add("Support", f.Support)
	add("Message", strings.ReplaceAll(f.Message, "\n", "\n               "))
	add("Routes", f.Routes...)
	add("Places", f.Places...)
	for _, key := range slices.Sorted(maps.Keys(report.Defaults)) {
		add("Default", fmt.Sprintf("%s = %v", key, report.Defaults[key]))
	}
	add("Limits", capTexts(f.Caps)...)
	add("Partitions", f.Shown...)
	for _, name := range slices.Sorted(maps.Keys(f.Partitions)) {
		p := f.Partitions[name]
		hidden := ""
		if p.Hidden {
			hidden = "hidden"
		}
		add("Partition", name, p.Title, p.Description, hidden)
	}
	add("Modules", f.Modules...)
	for _, e := range f.Environments {
		add("Environment", append([]string{e.Title, e.Container, e.Conda, e.Venv}, e.Modules...)...)
	}
	return lines
}

// capTexts returns the limits as users would read them.
func capTexts(c site.Caps) []string {
	var texts []string
	add := func(is bool, format string, value any) {
		if is {
			texts = append(texts, fmt.Sprintf(format, value))
		}
	}
	add(c.CPUs > 0, "CPUs: %d", c.CPUs)
	add(c.MemoryMiB > 0, "memory: %s", units.Memory(c.MemoryMiB))
	if c.GPUs != nil {
		add(true, "GPUs: %d", *c.GPUs)
	}
	add(c.Kernels > 0, "kernels of a user: %d", c.Kernels)
	for _, d := range []struct {
		what  string
		value time.Duration
	}{{"time limit", c.Time}, {"without use", c.Idle}, {"offline", c.Grace}, {"between questions to Slurm", c.Poll}} {
		add(d.value > 0, d.what+": %s", units.Duration(d.value))
	}
	return texts
}

// capFigures returns the limits for programs; those that are not set are missing.
func capFigures(c site.Caps) map[string]int {
	figures := map[string]int{
		"cpus": c.CPUs, "memoryMiB": c.MemoryMiB, "kernels": c.Kernels, "timeSeconds": int(c.Time.Seconds()),
		"idleSeconds": int(c.Idle.Seconds()), "graceSeconds": int(c.Grace.Seconds()), "pollSeconds": int(c.Poll.Seconds()),
	}
	maps.DeleteFunc(figures, func(_ string, figure int) bool { return figure == 0 })
	if c.GPUs != nil {
		figures["gpus"] = *c.GPUs
	}
	return figures
}
