package files

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"

	"github.com/sa2c/sunpyter/internal/each"
)

const (
	// MaxPage is how many entries a page of a listing has at most.
	MaxPage = 5000
	// maxEntries bounds a listing: what a hostile server sends must fit into memory.
	maxEntries = 1_000_000
	// concurrency is how many small requests are under way at once.
	concurrency = 64
	// listingKept is how long a listing is kept for its next page.
	listingKept = 30 * time.Second
)

// Page is a part of a listing, by name.
type Page struct {
	Path    string // the folder's absolute path
	Entries []Entry
	Total   int
	More    bool // there are entries after the last one
}

// List returns the entries of a folder that follow the name after, at most limit.
func (c *Client) List(ctx context.Context, name, after string, limit int) (Page, error) {
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	tried := "listing " + shown(name) + " on " + c.opts.Where
	return again(ctx, c, tried, nil, func(ch *channel) (Page, error) {
		folder := ch.absolute(name)
		infos, ok := c.listing.get(folder)
		if !ok || after == "" {
			var err error
			if infos, err = ch.readDir(ctx, tried, folder); err != nil {
				return Page{}, err
			}
		}
		page := Page{Path: folder, Total: len(infos)}
		start, found := slices.BinarySearchFunc(infos, after, func(info fs.FileInfo, name string) int { return strings.Compare(info.Name(), name) })
		if found {
			start++
		}
		end := min(start+limit, len(infos))
		page.More = end < len(infos)
		if page.More {
			c.listing.set(folder, infos, listingKept)
		} else {
			c.listing.clear()
		}
		var err error
		page.Entries, err = ch.entries(ctx, folder, infos[start:end])
		return page, err
	})
}

// readDir returns what a folder holds, by name. Names that could not be in a folder are left
// out.
func (ch *channel) readDir(ctx context.Context, tried, folder string) ([]fs.FileInfo, error) {
	infos, err := ch.ReadDirContext(ctx, folder)
	if err != nil {
		if info, problem := ch.Stat(folder); problem == nil && !info.IsDir() { // OpenSSH says that there is none
			return nil, errNotDirectory(tried)
		}
		return nil, err
	}
	infos = slices.DeleteFunc(infos, func(info fs.FileInfo) bool { return !isSafeName(info.Name()) })
	infos = infos[:min(len(infos), maxEntries)]
	slices.SortFunc(infos, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return infos, nil
}

// entries returns the entries of a folder; it looks at where links lead.
func (ch *channel) entries(ctx context.Context, folder string, infos []fs.FileInfo) ([]Entry, error) {
	entries := make([]Entry, len(infos))
	return entries, each.Do(ctx, concurrency, len(infos), func(_ context.Context, i int) error {
		info := infos[i]
		var target fs.FileInfo
		if info.Mode()&fs.ModeSymlink != 0 {
			if there, err := ch.Stat(path.Join(folder, info.Name())); err == nil {
				target = there
			}
		}
		entries[i] = newEntry(info.Name(), info, target)
		return nil
	})
}

// Home returns the absolute path of the home directory.
func (c *Client) Home(ctx context.Context) (string, error) {
	return again(ctx, c, "opening files on "+c.opts.Where, nil, func(ch *channel) (string, error) { return ch.home, nil })
}

// Stat describes one path. Its entry's name is the absolute path.
func (c *Client) Stat(ctx context.Context, name string) (Entry, error) {
	var first *sftp.Client // the one that Stat has opened
	var look func() (own, target fs.FileInfo, err error)
	early := func(client *sftp.Client) { first, look = client, beginLook(client, fromHome(name)) }
	return again(ctx, c, "looking at "+shown(name)+" on "+c.opts.Where, early, func(ch *channel) (Entry, error) {
		name := ch.absolute(name)
		if first != ch.Client {
			look = beginLook(ch.Client, name)
		}
		own, target, err := look()
		if err != nil {
			return Entry{}, err
		}
		entry := newEntry(name, own, target)
		if entry.Type == File {
			c.looked.set(name, struct{}{}, lookedFor)
		}
		return entry, nil
	})
}

// describe returns the entry of an absolute path.
func (ch *channel) describe(name string) (Entry, error) {
	own, target, err := beginLook(ch.Client, name)()
	if err != nil {
		return Entry{}, err
	}
	return newEntry(name, own, target), nil
}

// beginLook asks for what name is and, if it is a link, what it leads to. The function that it
// returns waits for the answers.
func beginLook(client *sftp.Client, name string) (wait func() (own, target fs.FileInfo, err error)) {
	var both sync.WaitGroup // they end with the answer, or with the channel
	var own, target fs.FileInfo
	var ownErr error
	both.Go(func() { own, ownErr = client.Lstat(name) })
	both.Go(func() {
		if info, err := client.Stat(name); err == nil {
			target = info
		}
	})
	return func() (fs.FileInfo, fs.FileInfo, error) {
		both.Wait()
		return own, target, ownErr
	}
}

// lookedFor is how long an answer of Stat saves Read the same question: an editor asks for a
// file's size and time just before its content.
const lookedFor = 2 * time.Second

// recent keeps the last answer of one kind for a while, by its path.
type recent[T any] struct {
	mu    sync.Mutex
	path  string
	value T
	until time.Time
}

func (r *recent[T]) get(path string) (value T, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value, r.path == path && time.Now().Before(r.until)
}

func (r *recent[T]) set(path string, value T, kept time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.path, r.value, r.until = path, value, time.Now().Add(kept)
}

func (r *recent[T]) clear() {
	var none T
	r.set("", none, 0)
}

// shown returns a path as a message shows it.
func shown(name string) string { return Escape(cmp.Or(name, "~")) }
