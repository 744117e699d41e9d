//go:build !linux

package testcluster

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
)

// A site needs Linux: CheckSupport returns an error before any of these is called.

var errNotLinux = errors.New("a site needs Linux")

func cgroupsSupported() bool { return false }

func launch(Options, *os.File) (*Site, *exec.Cmd, error) { return nil, nil, errNotLinux }

// Dial fails here.
func (s *Site) Dial(context.Context, string, string) (net.Conn, error) { return nil, errNotLinux }

func clearLaptop() (*os.File, error) { return nil, nil }

// EnterLaptop does nothing here.
func EnterLaptop() error { return nil }
