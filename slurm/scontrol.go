package slurm

import (
	"regexp"
	"strconv"
	"strings"
)

// record is one line of `scontrol --oneliner show ...`: its values by name.
type record map[string]string

var recordKey = regexp.MustCompile(`(?:^| )([A-Z][A-Za-z0-9_/:]*)=`)

// parseRecords reads the lines of scontrol that begin with the key first, as
// "JobId" or "PartitionName"; all others are warnings and noise. Values may have spaces and
// equals signs, so a value extends to the next word that looks like a name (with a capital,
// as all of Slurm's have). The first of two equal names counts, since Slurm puts the fields
// that users write freely (comment, paths) last.
func parseRecords(text, first string) []record {
	var records []record
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, first+"=") {
			continue
		}
		line = withoutSubmitLine(line)
		r := record{}
		keys := recordKey.FindAllStringSubmatchIndex(line, -1)
		for i, k := range keys {
			end := len(line)
			if i+1 < len(keys) {
				end = keys[i+1][0]
			}
			name := line[k[2]:k[3]]
			if _, twice := r[name]; !twice {
				r[name] = strings.TrimSpace(line[k[1]:end])
			}
		}
		records = append(records, r)
	}
	return records
}

// withoutSubmitLine removes SubmitLine=, which Slurm 26.05 prints between Command= and
// WorkDir= of a job: the user's whole sbatch line, whose words may look like other fields.
func withoutSubmitLine(line string) string {
	command := strings.Index(line, " Command=")
	if command < 0 {
		return line
	}
	before, after, found := strings.Cut(line[command:], " SubmitLine=")
	last := strings.LastIndex(after, " WorkDir=")
	if !found || last < 0 {
		return line
	}
	return line[:command] + before + after[last:]
}

// count returns a number of things: 0 where there is none or no limit.
func (r record) count(name string) int { return count(r[name]) }

// mebibytes returns an amount of memory in MiB: 0 where there is none or no limit.
func (r record) mebibytes(name string) int { return mebibytes(r[name]) }

// count reads "40", "1-1" (the least of a range) and "12K"; 0 for anything else.
func count(s string) int {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "-")
	factor := 1
	if n := len(s); n > 0 && (s[n-1] == 'K' || s[n-1] == 'M') {
		factor = 1000
		if s[n-1] == 'M' {
			factor = 1000_000
		}
		s = s[:n-1]
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n*float64(factor) <= maxCount) { // NaN is neither.
		return 0
	}
	return int(n * float64(factor))
}

// maxCount bounds every number that is read, so that none overflows an int.
const maxCount = 1 << 31

// mebibytes reads Slurm's amounts of memory: bare MiB, or with K, M, G, T, P.
func mebibytes(s string) int {
	s = strings.TrimSpace(s)
	factor := 1.0
	if n := len(s); n > 0 {
		if i := strings.IndexByte("KMGTP", s[n-1]&^0x20); i >= 0 && s[n-1] > '9' {
			factor = []float64{1.0 / 1024, 1, 1 << 10, 1 << 20, 1 << 30}[i]
			s = s[:n-1]
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n*factor <= maxCount) {
		return 0
	}
	return int(n * factor)
}

// tres returns one entry of a list of trackable resources, "cpu=4,mem=8000M,node=2".
func tres(list, name string) string {
	for entry := range strings.SplitSeq(list, ",") {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			return v
		}
	}
	return ""
}
