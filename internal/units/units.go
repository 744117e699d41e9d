// Package units writes numbers, durations, sizes and amounts of memory for users, everywhere in the same way.
// Any package may import it; it imports no other package of this module.
package units

import (
	"fmt"
	"strings"
	"time"
)

// Count returns "1 CPU" or "2 CPUs".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

const day = 24 * time.Hour

// Duration returns d in its two largest units: "40 s", "90 min", "2 h 30 min", "3 d 4 h".
// Hours begin at two, unless d is one hour, and days at two: what people ask for is written
// as they write it.
func Duration(d time.Duration) string {
	d = max(0, d.Round(time.Second))
	switch {
	case d < time.Minute:
		return count(d, time.Second, "s")
	case d < 5*time.Minute:
		return pair(d, time.Minute, "min", time.Second, "s")
	case d < 2*time.Hour && d/time.Minute != 60:
		return count(d, time.Minute, "min")
	case d < 2*day:
		return pair(d, time.Hour, "h", time.Minute, "min")
	}
	return pair(d, day, "d", time.Hour, "h")
}

func count(d, unit time.Duration, name string) string {
	return fmt.Sprintf("%d %s", d/unit, name)
}

func pair(d, unit time.Duration, name string, subunit time.Duration, subname string) string {
	if rest := d % unit / subunit; rest > 0 {
		return count(d, unit, name) + " " + count(d%unit, subunit, subname)
	}
	return count(d, unit, name)
}

// Memory returns an amount in MiB as Slurm's users write it: "8 GB", "1.5 GB", "512 MB".
func Memory(mebibytes int) string {
	if mebibytes < 1024 {
		return fmt.Sprintf("%d MB", mebibytes)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(mebibytes)/1024), ".0") + " GB"
}

// Bytes returns the size of a file as the cluster's and this computer's own tools write it: "512 B",
// "4.2 kB", "1.3 MB".
func Bytes(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
