// Package browser opens a secret address in the user's browser without showing it to the other
// users of the computer, who can read the arguments of every process.
package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/internal/detached"
)

const (
	// openTimeout is how long an opener may take to fail; one that runs longer works.
	openTimeout = 3 * time.Second
	// fileTime is how long the browser may take to read a redirecting page.
	fileTime = time.Minute
	// askTimeout bounds how long it may take to find out which browser opens pages.
	askTimeout = 2 * time.Second
)

// Opener opens addresses. Its owner closes it.
type Opener struct {
	system string
	env    func(string) string
	has    func(name string) bool
	exists func(path string) bool
	output func(name string, args ...string) string // of a command; empty: it failed

	mu     sync.Mutex
	closed bool                   // guarded by mu
	pages  map[string]*time.Timer // guarded by mu; redirecting pages, by path
}

// New returns an Opener for this computer.
func New() *Opener {
	return &Opener{system: runtime.GOOS, env: os.Getenv, pages: map[string]*time.Timer{},
		has:    func(name string) bool { _, err := exec.LookPath(name); return err == nil },
		exists: func(path string) bool { _, err := os.Stat(path); return err == nil },
		output: output,
	}
}

func output(name string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// Open opens address in the user's browser. The error says why no browser was opened; it does
// not know whether the browser shows the page.
func (o *Opener) Open(address string) error {
	command, stdin, err := o.command(address)
	if err != nil {
		return err
	}
	cmd := exec.Command(command[0], command[1:]...)
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	cmd.SysProcAttr = detached.Attributes() // Ctrl+C here must not close the browser.
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the opener, or with this process
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s: %w", command[0], err)
		}
	case <-time.After(openTimeout):
	}
	return nil
}

// Close removes the redirecting pages. Nothing is opened after it.
func (o *Opener) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for path, timer := range o.pages {
		timer.Stop()
		_ = os.Remove(path)
	}
	clear(o.pages)
}

// command returns the command that opens address, and its input. If other users can read
// arguments, the address is not in them: macOS gets it on standard input, and other systems
// a private page that redirects to it.
func (o *Opener) command(address string) (command []string, stdin string, err error) {
	switch {
	case o.system == "windows": // arguments are readable by the user and administrators only
		return []string{"rundll32", "url.dll,FileProtocolHandler", address}, "", nil
	case o.system == "darwin":
		return []string{"osascript", "-"}, "open location \"" + address + "\"\n", nil
	case o.env("WSL_DISTRO_NAME") != "" && o.has("wslview"): // the browser is on Windows, and cannot read a file here
		return []string{"wslview", address}, "", nil
	case o.env("DISPLAY") == "" && o.env("WAYLAND_DISPLAY") == "": // xdg-open would start a text browser in this terminal
		return nil, "", errors.New("there is no display")
	case !o.has("xdg-open"):
		return nil, "", errors.New("there is no xdg-open (install xdg-utils)")
	}
	page, err := o.page(address)
	if err != nil {
		return nil, "", fmt.Errorf("writing a page for the browser: %w", err)
	}
	return []string{"xdg-open", page}, "", nil
}

// redirectPage redirects to an address, with a link for a browser that does not follow. It is
// no html/template, which would make the program 2 MB larger: the linker then keeps every
// method.
const redirectPage = `<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=%[1]s"><title>Sunpyter</title></head>
<body><a href="%[1]s">Open Jupyter</a></body></html>
`

// page writes a redirecting page that only the user can read, and returns its path.
func (o *Opener) page(address string) (string, error) {
	folder, err := o.folder()
	if err != nil {
		return "", err
	}
	if err := private(folder); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(folder, "open-*.html") // 0600
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(file, redirectPage, html.EscapeString(address))
	err = cmp.Or(err, file.Close())
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil || o.closed {
		_ = os.Remove(file.Name())
		return "", cmp.Or(err, os.ErrClosed)
	}
	o.pages[file.Name()] = time.AfterFunc(fileTime, func() { o.remove(file.Name()) })
	return file.Name(), nil
}

func (o *Opener) remove(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.pages, path)
	_ = os.Remove(path)
}

// private makes a folder to which only the user has access.
func private(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.Chmod(folder, 0o700) // fails if it is another user's
}

// folder returns a folder that the user's browser can read: one in a snap or a Flatpak reads
// neither hidden folders of the home directory nor /tmp nor /run, only its own folder.
func (o *Opener) folder() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if own := o.confined(home); own != "" {
		return filepath.Join(own, "sunpyter"), nil
	}
	if dir := o.env("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && o.exists(dir) {
		return filepath.Join(dir, "sunpyter-open"), nil
	}
	return filepath.Join(home, ".local", "share", "sunpyter", "open"), nil
}

// confined returns the folder of a browser that can read no other, or "".
func (o *Opener) confined(home string) string {
	entry := o.output("xdg-settings", "get", "default-web-browser")
	id, ok := strings.CutSuffix(entry, ".desktop")
	if !ok || strings.ContainsAny(id, `/\`) {
		return ""
	}
	if snap, _, ok := strings.Cut(id, "_"); ok && o.exists(filepath.Join("/var/lib/snapd/desktop/applications", entry)) {
		return filepath.Join(home, "snap", snap, "common")
	}
	if own := filepath.Join(home, ".var", "app", id); o.exists(own) {
		return filepath.Join(own, "cache")
	}
	return ""
}
