package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// clusterForm is USER@HOST, with a path behind it as for scp or not, or HOST and a path with / or ~ in front.
var clusterForm = regexp.MustCompile(`^([^/@:\s~]+@[^/@:\s]+)(?::(.*))?$|^([^/@:\s~.][^/@:\s]+):([/~].*)$`)

// pathArgs accepts at most n paths, and none that is rather a cluster: it would be looked for on another cluster.
func pathArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		for _, arg := range args {
			m := clusterForm.FindStringSubmatch(arg)
			if _, err := os.Lstat(arg); m == nil || err == nil {
				continue
			}
			command := cmd.CommandPath()
			switch path := m[2] + m[4]; {
			case path != "" && cmd.Flags().Lookup("to") != nil:
				command += " --to '" + path + "'"
			case path != "":
				command += " '" + path + "'"
			}
			return fmt.Errorf("%q looks like a cluster: write %s --cluster %s, or ./%s if it is a file", arg, command, m[1]+m[3], arg)
		}
		return maxArgs(n)(cmd, args)
	}
}

// namesIn returns the names in folder of files that the user has named, by their names in it or by their paths here. A
// misspelt one is an error: it would have no effect.
func namesIn(folder string, typed []string) (names []string, err error) {
	for _, name := range typed {
		within := filepath.FromSlash(name)
		if !filepath.IsLocal(within) || !exists(filepath.Join(folder, within)) {
			path, err := filepath.Abs(within)
			if err != nil {
				return nil, err
			}
			if within, err = filepath.Rel(folder, path); err != nil || !filepath.IsLocal(within) || !exists(path) {
				return nil, rpcclient.NewFailure(fault.BadRequest, "copying "+name, "there is no such file in "+folder, "Name files by their paths in the folder.")
			}
		}
		names = append(names, filepath.ToSlash(filepath.Clean(within)))
	}
	return names, nil
}

// noCurrentFolder returns the failure of a command whose current folder has no path.
func noCurrentFolder(err error) error {
	return rpcclient.NewFailure(fault.LocalFile, "looking up the current folder", err.Error(), "It may have been deleted: change to another folder and try again.")
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil || strings.Contains(path, "%") // an escaped name, as in our lists
}
