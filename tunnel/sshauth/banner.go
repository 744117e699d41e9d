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

// OnBanner keeps the host's banner, and shows it before anything is asked: of many only the first.
func (l *Attempt) OnBanner(message string) error {
	text := bounded.Text(message, MaxBanner)
	b := &l.banners
	b.mu.Lock()
	b.text.Limit = MaxBanner
	_, _ = b.text.Write([]byte(message))
	if text != "" {
		b.count++
	}
	show := text != "" && b.count <= maxBanners
	b.mu.Unlock()
	if show {
		l.notify(prompts.NoticeBanner, text)
	}
	return nil
}

// NotifySkippedBanners reports how many banners were not shown, at the end of a login.
func (l *Attempt) NotifySkippedBanners() {
	l.banners.mu.Lock()
	more := l.banners.count - maxBanners
	l.banners.mu.Unlock()
	if more > 0 {
		l.notify(prompts.NoticeBanner, fmt.Sprintf("%d more messages, which are not shown", more))
	}
}

// banner returns the host's banners, safe to show.
func (l *Attempt) banner() string {
	l.banners.mu.Lock()
	defer l.banners.mu.Unlock()
	return bounded.Text(l.banners.text.String(), MaxBanner)
}

func (l *Attempt) notify(kind, text string) {
	l.Notify(prompts.Notice{Kind: kind, Host: l.Target.Name, Text: text})
}
