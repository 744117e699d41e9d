package profile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/profile"
)

func TestParseMemory(t *testing.T) {
	for text, want := range map[string]int{
		"4G": 4096, "4g": 4096, "4GB": 4096, "4GiB": 4096, "4096M": 4096, "4096": 4096, " 1T ": 1 << 20,
		"128": 128, "1K": 1, "1025K": 2, "2048KiB": 2,
	} {
		if got, err := profile.ParseMemory(text); err != nil || got != want {
			t.Errorf("ParseMemory(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "0G", "-4G", "4.5G", "4 G", "4X", "4B", "G", "8", "1025T", "999999999999T", "4G\n4G", "٤G"} {
		if got, err := profile.ParseMemory(text); err == nil {
			t.Errorf("ParseMemory(%q) = %d; want an error", text, got)
		}
	}
}

// The Slurm forms and their meaning are those of sbatch(1), --time.
func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90":         90 * time.Minute,
		"90:30":      90*time.Minute + 30*time.Second,
		"02:00:00":   2 * time.Hour,
		"1-12":       36 * time.Hour,
		"1-12:30":    36*time.Hour + 30*time.Minute,
		"1-00:00:00": 24 * time.Hour,
		"0-0:0:1":    time.Second,
		"2h":         2 * time.Hour,
		"1h30m":      90 * time.Minute,
		"45s":        45 * time.Second,
		"1d":         24 * time.Hour,
		"1d12h":      36 * time.Hour,
		" 15m ":      15 * time.Minute,
	} {
		if got, err := profile.ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "0:0", "-1h", "1d-2h", "2 h", "h", "1:2:3:4", "1-", "-1", "99999999-0", "UNLIMITED", "1e9h", "9999999999", "1d1d", "1h\n"[:2] + "x"} {
		if got, err := profile.ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v; want an error", text, got)
		}
	}
}

// Slurm takes a number alone for minutes; users do not mean so few.
func TestParseTimeLimit(t *testing.T) {
	for text, want := range map[string]time.Duration{"90": 90 * time.Minute, "10": 10 * time.Minute, "4m": 4 * time.Minute, "4h": 4 * time.Hour, "4": 0, "9": 0, "soon": 0} {
		if got, err := profile.ParseTimeLimit(text); (err == nil) != (want > 0) || got != want {
			t.Errorf("ParseTimeLimit(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseErrorsNameTheText(t *testing.T) {
	if _, err := profile.ParseMemory("lots"); err == nil || !strings.Contains(err.Error(), `"lots"`) {
		t.Errorf("the error does not name the text: %v", err)
	}
	if _, err := profile.ParseDuration("soon"); err == nil || !strings.Contains(err.Error(), `"soon"`) {
		t.Errorf("the error does not name the text: %v", err)
	}
}

func FuzzParseMemory(f *testing.F) {
	for _, seed := range []string{"4G", "4096", "1T", "4GiB", "0", "-1", "999999999999T"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := profile.ParseMemory(text); err == nil && (n < 1 || n > 1<<30) {
			t.Errorf("ParseMemory(%q) = %d, outside its bounds", text, n)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"90", "1:2", "1:2:3", "1-2", "1-2:3:4", "2h", "1d12h", "99999999-99999999:99999999:99999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := profile.ParseDuration(text)
		if err != nil {
			return
		}
		if d <= 0 || d > 10*365*24*time.Hour {
			t.Errorf("ParseDuration(%q) = %v, outside its bounds", text, d)
		}
		if again, err := profile.ParseDuration(d.String()); err != nil || again != d {
			t.Errorf("ParseDuration(%q) = %v, which reads back as %v, %v", text, d, again, err)
		}
	})
}
