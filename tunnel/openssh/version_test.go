//go:build linux

package openssh

import (
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

func TestNamesHostsSince(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026": true, "OpenSSH_8.5p1": true, "OpenSSH_10.0p2": true,
		"OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2": true,
		"OpenSSH_8.4p1": false, "OpenSSH_7.4p1": false, "Dropbear v2022.83": false, "": false,
	} {
		if namesHostsSince(version) != want {
			t.Errorf("%q: want %v", version, want)
		}
	}
	if namesHosts(t.Context(), "ssh") == sshtest.SSHBefore(t, sshtest.NamesHosts) || namesHosts(t.Context(), "/no/such/ssh") {
		t.Error("the installed program")
	}
}
