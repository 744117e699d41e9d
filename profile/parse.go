package profile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxDuration bounds every duration: more is a typing error.
const maxDuration = 10 * 365 * 24 * time.Hour

// minMemoryMiB and minMinutes are the smallest numbers without a unit: a user who writes less
// means gigabytes, or hours.
const minMemoryMiB, minMinutes = 128, 10

// maxMemoryMiB bounds every memory size: 1024 TiB.
const maxMemoryMiB = 1 << 30

var memoryForm = regexp.MustCompile(`^([0-9]{1,12})([KMGTkmgt])?(i?[Bb])?$`)

// ParseMemory reads a memory size and returns it in MiB, rounded up. A number
// alone is in MiB, as for sbatch; the units K, M, G and T are powers of 1024,
// also when written GB or GiB.
func ParseMemory(text string) (mebibytes int, err error) {
	parts := memoryForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil || (parts[2] == "" && parts[3] != "") {
		return 0, fmt.Errorf("%q is not a memory size; write 4G, 512M or a whole number of MB", text)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0, fmt.Errorf("reading the memory size %q: %w", text, err)
	}
	if parts[2] == "" && n > 0 && n < minMemoryMiB {
		return 0, fmt.Errorf("%q would be %d MB; write %dG", text, n, n)
	}
	switch strings.ToUpper(parts[2]) {
	case "K":
		n = (n + 1023) / 1024
	case "G":
		n *= 1024
	case "T":
		n *= 1024 * 1024
	}
	if n < 1 || n > maxMemoryMiB {
		return 0, fmt.Errorf("%q is not between 1 MB and 1024 TB", text)
	}
	return n, nil
}

var (
	minutesForm = regexp.MustCompile(`^([0-9]{1,8})$`)
	clockForm   = regexp.MustCompile(`^(?:([0-9]{1,8}):)?([0-9]{1,8}):([0-9]{1,8})$`)
	daysForm    = regexp.MustCompile(`^([0-9]{1,8})-([0-9]{1,8})(?::([0-9]{1,8}))?(?::([0-9]{1,8}))?$`)
	goDaysForm  = regexp.MustCompile(`^([0-9]{1,8})d(.*)$`)
)

// ParseDuration reads a duration. It accepts Slurm's forms (minutes,
// minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes,
// days-hours:minutes:seconds; see sbatch(1), --time), Go's (2h, 1h30m, 45m), and
// Go's with days before them (1d, 1d12h). The result is positive and at most
// ten years.
func ParseDuration(text string) (time.Duration, error) {
	trimmed := strings.TrimSpace(text)
	d, ok := parseSlurmTime(trimmed)
	if !ok {
		d, ok = parseGoTime(trimmed)
	}
	switch {
	case !ok:
		return 0, fmt.Errorf("%q is not a duration; write 2h, 90m, 02:00:00 (hours:minutes:seconds) or 1-12:00:00 (days-hours:minutes:seconds)", text)
	case d <= 0:
		return 0, fmt.Errorf("%q is not greater than zero", text)
	case d > maxDuration:
		return 0, fmt.Errorf("%q is more than ten years", text)
	}
	return d, nil
}

// ParseTimeLimit reads a job's time limit as ParseDuration does, but refuses a small
// number without a unit: Slurm reads minutes where the user probably means hours.
func ParseTimeLimit(text string) (time.Duration, error) {
	d, err := ParseDuration(text)
	if m := minutesForm.FindStringSubmatch(strings.TrimSpace(text)); err == nil && m != nil && d < minMinutes*time.Minute {
		return 0, fmt.Errorf("%q would be %d minutes; write %[2]dh, or %[2]dm", text, int(d.Minutes()))
	}
	return d, err
}

func parseSlurmTime(text string) (time.Duration, bool) {
	if m := minutesForm.FindStringSubmatch(text); m != nil {
		return sum("", "", m[1], ""), true
	}
	if m := clockForm.FindStringSubmatch(text); m != nil {
		return sum("", m[1], m[2], m[3]), true
	}
	if m := daysForm.FindStringSubmatch(text); m != nil {
		return sum(m[1], m[2], m[3], m[4]), true
	}
	return 0, false
}

func parseGoTime(text string) (time.Duration, bool) {
	days, rest := time.Duration(0), text
	if m := goDaysForm.FindStringSubmatch(text); m != nil {
		days, rest = sum(m[1], "", "", ""), m[2]
		if rest == "" {
			return days, true
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > maxDuration {
		return 0, false
	}
	return days + d, true
}

// sum adds up decimal fields of at most eight digits; more than [maxDuration] is
// enough to be refused, so days are capped before they can overflow.
func sum(days, hours, minutes, seconds string) time.Duration {
	d := time.Duration(0)
	for _, field := range []struct {
		digits string
		unit   time.Duration
	}{{days, 24 * time.Hour}, {hours, time.Hour}, {minutes, time.Minute}, {seconds, time.Second}} {
		n, _ := strconv.Atoi("0" + field.digits)
		if time.Duration(n) > maxDuration/field.unit {
			return 2 * maxDuration
		}
		d += time.Duration(n) * field.unit
	}
	return d
}
