package terminal

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// openTime is how long an opener may take to fail; one that runs longer works.
const openTime = 3 * time.Second

// openBrowser opens link in the person's browser. The link stands in a process's arguments, so
// it must be one that works once and has no token.
func openBrowser(link string) error {
	opener, err := browserCommand(runtime.GOOS, os.Getenv, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
	if err != nil {
		return err
	}
	cmd := exec.Command(opener[0], append(opener[1:], link)...)
	cmd.SysProcAttr = apart() // Ctrl+C here must not close the browser.
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the opener, or with this process
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s: %w", opener[0], err)
		}
	case <-time.After(openTime):
	}
	return nil
}

// browserCommand gives the command that opens a link on this system.
func browserCommand(system string, env func(string) string, has func(string) bool) ([]string, error) {
	switch system {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}, nil
	case "darwin":
		return []string{"open"}, nil
	}
	if env("WSL_DISTRO_NAME") != "" && has("wslview") {
		return []string{"wslview"}, nil
	}
	// Without a display xdg-open would start a text browser in this very terminal.
	if env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" {
		return nil, errors.New("there is no display")
	}
	if !has("xdg-open") {
		return nil, errors.New("there is no xdg-open (install xdg-utils)")
	}
	return []string{"xdg-open"}, nil
}
