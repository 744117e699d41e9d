package sshauth

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// HasKey reports whether there is any key to offer to target, in the agent or in a
// file. Nobody is asked anything.
func HasKey(ctx context.Context, target sshconfig.Target) bool {
	keys := LoadKeyring(ctx, &target)
	defer keys.Close()
	return len(keys.ids) > 0
}

// NewKeyFile is where a new key for target would be found by the next login:
// the first file of the configuration that does not exist, id_ed25519 before
// others; empty: there is no such place.
func NewKeyFile(target sshconfig.Target) string {
	free := slices.DeleteFunc(slices.Clone(target.IdentityFiles), func(path string) bool {
		return strings.HasSuffix(path, ".pub") || exists(path) || exists(path+".pub")
	})
	i := slices.IndexFunc(free, func(path string) bool { return strings.HasSuffix(path, "id_ed25519") })
	switch {
	case !target.PublicKey || len(free) == 0:
		return ""
	case i >= 0:
		return free[i]
	}
	return free[0]
}

// exists reports whether there is anything of that name.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
