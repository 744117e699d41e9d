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

func registerRoles() {}

func guardianCommand(string) *exec.Cmd { return &exec.Cmd{Err: errNotLinux} }

func sweep(string) {}

func cgroupsSupported() bool { return false }

func lockLab(string) (*os.File, error) { return nil, errNotLinux }

// Dial fails here.
func (s *Site) Dial(context.Context, string, string) (net.Conn, error) { return nil, errNotLinux }

func clearLaptop() (*os.File, error) { return nil, nil }

// EnterLaptop does nothing here.
func EnterLaptop() error { return nil }
