package sshauth

import (
	"fmt"
	"sync"

	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

const (
	// MaxBanner is how much of a host's banners is kept, in bytes.
	MaxBanner = 16 << 10
	// maxBanners is how many banners of one login are shown.
	maxBanners = 3
)

// banners are what the host wrote before the login.
type banners struct {
	mu    sync.Mutex   // guards the fields below
	text  bounded.Head // all of them
	count int
}

// add takes in a banner. It returns its text, safe to show, and whether to show it: of many
// only the first are.
func (b *banners) add(message string) (text string, show bool) {
	text = bounded.Text(message, MaxBanner)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Limit = MaxBanner
	_, _ = b.text.Write([]byte(message))
	if text != "" {
		b.count++
	}
	return text, text != "" && b.count <= maxBanners
}

// skipped returns how many were not to be shown.
func (b *banners) skipped() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.count-maxBanners)
}

// String returns all of them, safe to show.
func (b *banners) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bounded.Text(b.text.String(), MaxBanner)
}

// OnBanner keeps the host's banner, and shows it before anything is asked.
func (l *Attempt) OnBanner(message string) error {
	if text, show := l.banners.add(message); show {
		l.Notify(prompts.Notice{Kind: prompts.NoticeBanner, Host: l.Target.Name, Text: text})
	}
	return nil
}

// NotifySkippedBanners reports how many banners were not shown, at the end of a login.
func (l *Attempt) NotifySkippedBanners() {
	if more := l.banners.skipped(); more > 0 {
		l.Notify(prompts.Notice{Kind: prompts.NoticeBanner, Host: l.Target.Name, Text: fmt.Sprintf("%d more messages, which are not shown", more)})
	}
}

// Banner returns the host's banners, safe to show.
func (l *Attempt) Banner() string { return l.banners.String() }
