//go:build linux

package guard

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// spawner is one thread that can work in any network namespace. There is one
// for the guardian's whole life because the kernel ties "kill the child when
// its parent dies" to the thread that made the child.
type spawner struct{ work chan func() }

func newSpawner() *spawner {
	s := &spawner{work: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked: its namespaces are its own
		for f := range s.work {
			f()
		}
	}()
	return s
}

// in runs f on the spawner's thread in a network namespace, and returns to the previous one.
func (s *spawner) in(ns *os.File, f func() error) error {
	done := make(chan error)
	s.work <- func() { done <- inNamespace(ns, f) }
	return <-done
}

// inNamespace runs f in a network namespace, on a thread that is locked.
func inNamespace(ns *os.File, f func() error) error {
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	defer home.Close()
	if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter network namespace: %w", err)
	}
	defer func() {
		if err := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); err != nil {
			panic(err) // this thread would do all else in the wrong place
		}
	}()
	return f()
}

// newNet makes a network namespace, which exists as long as the returned file or a process in
// it.
func (s *spawner) newNet() (ns *os.File, err error) {
	home, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", os.Getpid()))
	if err != nil {
		return nil, err
	}
	defer home.Close()
	err = s.in(home, func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		ns, err = os.Open("/proc/thread-self/ns/net")
		return err
	})
	return ns, err
}
