package hostkeys

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// The library must never fail on what the filter passes.
func FuzzFilterKnownHosts(f *testing.F) {
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGkxtyaOPEpbvNLVJCd9iTTF0dRUFXUIvkUCTPRKQL/E"
	f.Add([]byte("a,b " + key + "\n@revoked * " + key + "\n|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= " + key))
	f.Add([]byte("[a " + key + "\n!, " + key + "\n[a]:b:c " + key + "\r\n\x00 " + key))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "known_hosts")
		sshtest.Must(t, os.WriteFile(file, text, 0o600))
		if _, err := loadKnownHosts([]string{file}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
