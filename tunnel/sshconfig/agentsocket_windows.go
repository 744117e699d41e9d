package sshconfig

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// openSSHPipe is where the agent of Windows' OpenSSH listens.
const openSSHPipe = `\\.\pipe\openssh-ssh-agent`

// defaultAgent returns the agent if the configuration names none: SSH_AUTH_SOCK,
// that of OpenSSH, or PuTTY's Pageant; "" if none runs.
func defaultAgent() string {
	if socket := os.Getenv("SSH_AUTH_SOCK"); socket != "" {
		return socket
	}
	for _, pipe := range []string{openSSHPipe, pageantPipe()} {
		if pipe == "" {
			continue
		}
		if _, err := os.Stat(pipe); err == nil {
			return pipe
		}
	}
	return ""
}

// pageantPipe is the name of the pipe on which Pageant (since 0.75) listens for
// this user; empty when it cannot be made. Part of it is hidden from other users: a
// string that Windows encrypts with a key of this user's, hashed.
func pageantPipe() string {
	const blockSize, crossProcess = 16, 1
	hidden := make([]byte, blockSize)
	copy(hidden, "Pageant")
	protect := windows.NewLazySystemDLL("crypt32.dll").NewProc("CryptProtectMemory")
	if protect.Find() != nil {
		return ""
	}
	if done, _, _ := protect.Call(uintptr(unsafe.Pointer(&hidden[0])), blockSize, crossProcess); done == 0 {
		return ""
	}
	hash := sha256.Sum256(append(binary.BigEndian.AppendUint32(nil, blockSize), hidden...))
	return fmt.Sprintf(`\\.\pipe\pageant.%s.%x`, localUser(), hash)
}
