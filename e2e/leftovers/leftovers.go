// Package leftovers finds what the program has left behind on a site.
package leftovers

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/sa2c/sunpyter/testcluster"
)

// Find returns what is left of alice's kernels: jobs, files, and processes on the
// login node and the compute nodes.
func Find(site *testcluster.Site) (left []string, err error) {
	jobs, err := site.Jobs("alice")
	if err != nil {
		return nil, err
	}
	for _, job := range jobs {
		left = append(left, fmt.Sprintf("job %+v", job))
	}
	for _, pattern := range []string{".sunpyter*", ".sunpyter*/*", ".sunpyter*/*/*", ".sunpyter*/*/*/*"} {
		files, err := site.Files("/home/alice/" + pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			left = append(left, "file "+file)
		}
	}
	for _, host := range append([]string{"login"}, site.Nodes()...) {
		more, err := findOnHost(site, host)
		if err != nil {
			return nil, err
		}
		left = append(left, more...)
	}
	return left, nil
}

// findOnHost returns what is left on a host itself. The temporary folder is the nodes'. Tests ask for
// this many times a second, so it starts no process there.
func findOnHost(site *testcluster.Site, host string) (left []string, err error) {
	processes, err := site.Processes(host, "alice")
	if err != nil {
		return nil, err
	}
	for _, p := range processes {
		left = append(left, fmt.Sprintf("process on %s: %v", host, p.Args))
	}
	if host == "login" {
		return left, nil
	}
	tmp, err := site.Path(host, "/tmp")
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(tmp, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(path), "sunpyter") {
			left = append(left, "on "+host+": /tmp"+strings.TrimPrefix(path, tmp))
		}
		if errors.Is(err, fs.ErrNotExist) { // it went meanwhile
			return nil
		}
		return err
	})
	return left, err
}
