//go:build linux

package guard

import (
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster/internal/reexec"
)

// LaptopRole is the name under which a test program starts the process that clears its
// laptop. File descriptor 3 is a pipe that the program holds the other end of.
const LaptopRole = "laptop"

// clearTimeout is how long a laptop is cleared: processes may start others while they are
// killed.
const clearTimeout = 10 * time.Second

// ClearLaptop waits until the program has ended, however it ended, and kills whatever is
// left on its laptop: the programs that its tests have started, and what they have.
// Sites end by themselves.
func ClearLaptop([]string) error {
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	owner := os.NewFile(3, "owner")
	_, _ = owner.Read(make([]byte, 1)) // returns when the owner ends; nothing is written
	for begun := time.Now(); killLaptopProcesses() > 0 && !pace.Over(begun, pace.Limit(clearTimeout)); {
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// killLaptopProcesses kills the other processes of this network, but for those of sites, and counts them.
func killLaptopProcesses() (killed int) {
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return 0
	}
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, err := strconv.Atoi(filepath.Base(folder))
		if theirs, e := os.Readlink(folder + "/ns/net"); err != nil || e != nil || theirs != ours || reexec.IsRole(pid) {
			continue
		}
		if unix.Kill(pid, unix.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}
