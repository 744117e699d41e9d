package slurm

import (
	"regexp"
	"strconv"
	"strings"
	"time"
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

// valueOf returns s, or "" if it is one of Slurm's words for none.
func valueOf(s string) string {
	switch s = strings.TrimSpace(s); s {
	case "(null)", "N/A", "n/a", "None", "NONE", "Unknown", "UNKNOWN", "NOT_SET", "INVALID", "None assigned":
		return ""
	}
	return s
}

// maxDays bounds a duration in days, far above any of Slurm's (its minutes are
// 32 bits wide) and far below overflow.
const maxDays = 100_000

// duration reads Slurm's durations: "MM:SS", "H:MM:SS", "D-HH:MM:SS", and
// bare minutes. It returns 0 for UNLIMITED, NOT_SET and anything invalid.
func duration(s string) time.Duration {
	days, clock, hasDays := strings.Cut(strings.TrimSpace(s), "-")
	if !hasDays {
		days, clock = "0", days
	}
	parts := strings.Split(clock, ":")
	// From the right: seconds, minutes, hours; but a single number is minutes,
	// and after days the first is hours.
	units := []time.Duration{time.Hour, time.Minute, time.Second}
	switch {
	case len(parts) > 3:
		return 0
	case hasDays:
	case len(parts) == 1:
		units = units[1:2]
	default:
		units = units[3-len(parts):]
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > maxDays {
		return 0
	}
	d := time.Duration(n) * 24 * time.Hour
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || time.Duration(n) > maxDays*24*time.Hour/units[i] {
			return 0
		}
		d += time.Duration(n) * units[i]
	}
	return d
}

// instant reads a time stamp that a command printed with TZ=UTC0; zero for none.
func instant(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", strings.TrimSpace(s))
	if err != nil {
		return time.Time{}
	}
	return t
}
