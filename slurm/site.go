package slurm

import (
	_ "embed"
	"encoding/base64"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/plain"
)

//go:embed scripts/site.sh
var siteScript string

//go:embed scripts/sitefile.sh
var siteFileScript string

const lookingUp = "asking Slurm for its partitions"

// Site is what a login node reports of its Slurm.
type Site struct {
	// Version is Slurm's version, "22.05.8", or "" where sbatch does not say.
	Version string
	// Home is the user's home directory.
	Home string
	// Cluster is the name by which Slurm's accounting knows the site; "" where
	// its configuration cannot be read.
	Cluster string
	// Defaults are what the user's login files set for jobs.
	Defaults []Default
	// Partitions are all partitions, in Slurm's order; empty where the site
	// does not show them.
	Partitions []Partition
	// File is the site's own file for Sunpyter.
	File SiteFile
	// NoJupyter is true if the PATH of the user's login shell has no Jupyter.
	NoJupyter bool
	// Sessions are the names of the folders of the user's kernels in the home directory, if
	// the site has a file.
	Sessions []string
}

// SiteFile is a file with what a site says about itself; see package profile/site. The zero
// value is that of a site without one.
type SiteFile struct {
	// Path is where it is on the login node.
	Path string
	// Hash identifies its text; "" if there is a problem.
	Hash string
	// Text is its text; nil if it is the one that the client knows, see [Client.KnowsFile].
	Text []byte
	// Problem is why it must not be used, after "the file".
	Problem string
}

// parseSiteFile reads the answer of sitefile.sh.
func parseSiteFile(text string) SiteFile {
	path, answer, _ := strings.Cut(text, "\n")
	f := SiteFile{Path: plain.Line(path)}
	verb, rest, _ := strings.Cut(answer, " ")
	hash, encoded, _ := strings.Cut(rest, " ")
	content, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case verb == "text" && fileHash.MatchString(hash) && err == nil:
		f.Hash = hash
		if encoded != "" || hash == emptyHash {
			f.Text = content
		}
	case verb == "problem":
		f.Problem = plain.Line(rest)
	default:
		f.Problem = "it could not be read"
	}
	return f
}

var fileHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// emptyHash is the hash of an empty file.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// Partition is what Slurm reports of a partition. Zero means: no limit, not set, or
// not reported. Memory is in MiB.
type Partition struct {
	// Name is the partition's name.
	Name string
	// Default: jobs that name no partition run here.
	Default bool
	// Up: it takes jobs and starts them. State has Slurm's word: UP, DOWN, DRAIN, INACTIVE.
	Up bool
	// Hidden: not shown to everyone, so not to be proposed.
	Hidden bool
	// State is Slurm's word for whether it takes jobs.
	State string
	// MaxTime is the longest time limit; 0: none.
	MaxTime time.Duration
	// DefaultTime is the time limit of jobs that ask for none; 0: MaxTime.
	DefaultTime time.Duration
	// TotalCPUs, TotalNodes and TotalMemoryMiB are the sums over its nodes.
	TotalCPUs, TotalNodes, TotalMemoryMiB int
	// MaxCPUsPerNode is how many CPUs of a node its jobs may use.
	MaxCPUsPerNode int
	// DefMemPerCPUMiB and DefMemPerNodeMiB are the memory of jobs that ask for
	// none; at most one is set.
	DefMemPerCPUMiB, DefMemPerNodeMiB int
	// MaxMemPerCPUMiB and MaxMemPerNodeMiB are the most that a job may have.
	MaxMemPerCPUMiB, MaxMemPerNodeMiB int
	// RootOnly: only root's jobs run here.
	RootOnly bool
	// AllowGroups and AllowAccounts may use it, nil: all; DenyAccounts may not.
	AllowGroups, AllowAccounts, DenyAccounts []string
}

// each returns the frames one after the other and takes them off the list.
func each(frames *[]frame) func() (frame, error) {
	return func() (frame, error) {
		if len(*frames) == 0 {
			return frame{}, parseError(lookingUp, io.ErrUnexpectedEOF)
		}
		first := (*frames)[0]
		*frames = (*frames)[1:]
		return first, nil
	}
}

// readUntil reads answers up to the last one, and returns them by their names. An error of next is returned unchanged.
func readUntil(last string, next func() (frame, error)) (map[string]frame, error) {
	answers := map[string]frame{}
	for {
		f, err := next()
		switch {
		case err != nil:
			return nil, err
		case f.name == "missing":
			return nil, missingSlurmError(lookingUp, f.text)
		}
		if answers[f.name] = f; f.name == last {
			return answers, nil
		}
	}
}

// readSite reads the answers of site.sh, the last of which is the partitions.
func readSite(next func() (frame, error)) (Site, error) {
	answers, err := readUntil("partitions", next)
	if err != nil {
		return Site{}, err
	}
	partitions, configuration := answers["partitions"], answers["configuration"].text
	if partitions.status != 0 && isUnreachable(partitions.text) {
		return Site{}, rejectionError(lookingUp, partitions)
	}
	site := Site{
		Home: answers["home"].text, Version: parseVersion(answers["version"].text),
		Defaults: parseDefaults(answers["defaults"].text), Cluster: clusterName(configuration),
		Partitions: parsePartitions(partitions.text),
	}
	applyConfiguration(site.Partitions, configuration)
	if f, answered := answers["jupyter"]; answered {
		site.NoJupyter = f.text == ""
	}
	if f, answered := answers["file"]; answered {
		site.File = parseSiteFile(f.text)
	}
	if f, answered := answers["sessions"]; answered {
		site.Sessions = strings.Fields(f.text)
	}
	return site, nil
}

// partition finds a partition by its name; "" is that of jobs that name none.
func (s Site) partition(name string) (Partition, bool) {
	i := slices.IndexFunc(s.Partitions, func(p Partition) bool { return p.Name == name || name == "" && p.Default })
	if i < 0 {
		return Partition{}, false
	}
	return s.Partitions[i], true
}

// parsePartitions reads `scontrol --all --oneliner show partition`.
func parsePartitions(text string) []Partition {
	var partitions []Partition
	for _, r := range parseRecords(text, "PartitionName") {
		partitions = append(partitions, Partition{
			Name:             r["PartitionName"],
			Default:          r["Default"] == "YES",
			Up:               r["State"] == "UP",
			Hidden:           r["Hidden"] == "YES",
			State:            r["State"],
			MaxTime:          duration(r["MaxTime"]),
			DefaultTime:      duration(r["DefaultTime"]),
			TotalCPUs:        r.count("TotalCPUs"),
			TotalNodes:       r.count("TotalNodes"),
			TotalMemoryMiB:   mebibytes(tres(r["TRES"], "mem")),
			MaxCPUsPerNode:   r.count("MaxCPUsPerNode"),
			DefMemPerCPUMiB:  r.mebibytes("DefMemPerCPU"),
			DefMemPerNodeMiB: r.mebibytes("DefMemPerNode"),
			MaxMemPerCPUMiB:  r.mebibytes("MaxMemPerCPU"),
			MaxMemPerNodeMiB: r.mebibytes("MaxMemPerNode"),
			RootOnly:         r["RootOnly"] == "YES",
			AllowGroups:      allowed(r["AllowGroups"]),
			AllowAccounts:    allowed(r["AllowAccounts"]),
			DenyAccounts:     allowed(r["DenyAccounts"]),
		})
	}
	return partitions
}

// allowed reads a list of allowed names; nil: all.
func allowed(list string) []string {
	if list = valueOf(list); list == "" || strings.EqualFold(list, "ALL") {
		return nil
	}
	return strings.Split(list, ",")
}

var memorySetting = regexp.MustCompile(`(?im)^\s*(DefMemPer(?:CPU|Node))\s*=\s*(\d+)`)

// applyConfiguration sets the site's default memory for partitions that have none, since
// scontrol does not show it with the partition. conf has the lines of slurm.conf with it,
// or is empty.
func applyConfiguration(partitions []Partition, conf string) {
	perCPU, perNode := 0, 0
	for _, m := range memorySetting.FindAllStringSubmatch(conf, -1) {
		if strings.EqualFold(m[1], "DefMemPerCPU") {
			perCPU = mebibytes(m[2])
		} else {
			perNode = mebibytes(m[2])
		}
	}
	for i := range partitions {
		p := &partitions[i]
		if p.DefMemPerCPUMiB == 0 && p.DefMemPerNodeMiB == 0 {
			p.DefMemPerCPUMiB, p.DefMemPerNodeMiB = perCPU, perNode
		}
	}
}

var clusterSetting = regexp.MustCompile(`(?im)^\s*ClusterName\s*=\s*(\S+)`)

// clusterName returns the site's name from lines of slurm.conf, in lower case as in
// accounting.
func clusterName(conf string) string { return strings.ToLower(submatch(clusterSetting, conf)) }

var versionNumber = regexp.MustCompile(`(?m)^slurm\S* (\d[\w.-]*)`)

// parseVersion reads `sbatch --version`: "slurm 20.11.9", "slurm-wlm 22.05.8".
func parseVersion(text string) string { return submatch(versionNumber, text) }

// submatch returns what the form's group matches in a text, or "".
func submatch(form *regexp.Regexp, text string) string {
	if m := form.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
