package site

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/sa2c/sunpyter/internal/tomlfile"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/profile"
)

// The longest pause between two questions to Slurm that a site may ask for: an end of a
// pending job would be noticed too late after a longer one.
const longestPoll = time.Hour

func (r *reader) caps(top map[string]toml.Primitive) {
	table, ok := top["caps"]
	if !ok {
		return
	}
	r.table(r.Table(table, "a table [caps]"), r.file.Caps.keys())
	r.withinCaps(top)
}

func (c *Caps) keys() map[string]set {
	return map[string]set{
		"cpus":    number(1, func(n int) { c.CPUs = n }),
		"memory":  parsed(&c.MemoryMiB, profile.ParseMemory),
		"gpus":    number(0, func(n int) { c.GPUs = &n }),
		"time":    parsed(&c.Time, profile.ParseTimeLimit),
		"kernels": number(1, func(n int) { c.Kernels = n }),
		"idle":    parsed(&c.Idle, parseIdle),
		"grace":   parsed(&c.Grace, profile.ParseGrace),
		"poll":    parsed(&c.Poll, parsePoll),
	}
}

// withinCaps makes a default that is more than the cap of the same name a mistake.
func (r *reader) withinCaps(top map[string]toml.Primitive) {
	table, ok := top["defaults"]
	if !ok || len(r.Mistakes()) > 0 {
		return
	}
	defaults := r.Table(table, "a table [defaults]")
	p := profile.Profile{}.WithSite(r.file.Defaults)
	over := r.file.Caps.exceeded(p.Request)
	if r.file.Caps.Idle > 0 && (p.Idle == profile.NeverIdle || p.Idle > r.file.Caps.Idle) {
		over = append(over, excess{key: "idle"})
	}
	if r.file.Caps.Grace > 0 && p.Grace > r.file.Caps.Grace {
		over = append(over, excess{key: "grace"})
	}
	for _, e := range over {
		for key, value := range defaults {
			if key == e.key || (key == "gres" && e.key == "gpus") {
				r.Value(value, func(any) error { return errors.New("it is more than caps." + e.key) })
			}
		}
	}
}

func number(least int, store func(int)) set {
	return func(value any) error {
		n, ok := value.(int64)
		if !ok {
			return tomlfile.WrongType("a whole number", value)
		}
		if n < int64(least) || n > 100_000 {
			return fmt.Errorf("it must be from %d to 100000", least)
		}
		store(int(n))
		return nil
	}
}

// parsed returns the setter of a value that parse reads from a text or a whole number.
func parsed[T any](into *T, parse func(string) (T, error)) set {
	return func(value any) error {
		text, ok := value.(string)
		if n, whole := value.(int64); whole {
			text, ok = strconv.FormatInt(n, 10), true
		}
		if !ok {
			return tomlfile.WrongType("a string", value)
		}
		read, err := parse(text)
		if err == nil {
			*into = read
		}
		return err
	}
}

func parseIdle(text string) (time.Duration, error) {
	if text == "off" {
		return 0, errors.New(`"off" is no limit; leave the key out`)
	}
	return profile.ParseIdle(text)
}

func parsePoll(text string) (time.Duration, error) {
	d, err := profile.ParseDuration(text)
	if err == nil && d > longestPoll {
		return 0, fmt.Errorf("%q is more than %s", text, units.Duration(longestPoll))
	}
	return d, err
}
