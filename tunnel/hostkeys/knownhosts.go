package hostkeys

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"github.com/sa2c/sunpyter/internal/bounded"
)

const (
	// maxKnownHosts is how much of one known_hosts file is read, in bytes.
	maxKnownHosts = 16 << 20
	// maxKnownLine is the longest line that is kept, in bytes: the reader below
	// us fails for the whole file at 64 KiB.
	maxKnownLine = 60 << 10
	markerCA     = "@cert-authority"
	markerBad    = "@revoked"
)

// knownHosts has the contents of the known_hosts files.
type knownHosts struct {
	db *knownhosts.HostKeyDB
	// names returns the real file for the filtered copy that was read.
	names map[string]string
	// authorities are the "copy:line" of @cert-authority lines.
	authorities map[string]bool
}

// loadKnownHosts reads files as OpenSSH does: files that cannot be read, for
// whatever reason, and bad lines are skipped. The library would fail on either, so it
// gets filtered copies, in a private folder that is removed before this returns; line numbers stay.
func loadKnownHosts(files []string) (*knownHosts, error) {
	dir, err := os.MkdirTemp("", "known")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the filtered known_hosts: %w", err)
	}
	defer os.RemoveAll(dir)
	k := &knownHosts{names: map[string]string{}, authorities: map[string]bool{}}
	var copies []string
	for i, file := range files {
		text, err := bounded.ReadFile(file, maxKnownHosts)
		if err != nil {
			continue
		}
		filtered, authorities := filterKnownHosts(text)
		name := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(name, filtered, 0o600); err != nil {
			return nil, fmt.Errorf("writing the filtered known_hosts: %w", err)
		}
		copies = append(copies, name)
		k.names[name] = file
		for _, line := range authorities {
			k.authorities[lineKey(name, line)] = true
		}
	}
	k.db, err = knownhosts.NewDB(copies...)
	return k, err
}

func lineKey(file string, line int) string { return file + ":" + strconv.Itoa(line) }

// filterKnownHosts blanks the lines that OpenSSH would skip, and lowercases
// plain names. It also returns the numbers of the
// @cert-authority lines, counted from 1.
func filterKnownHosts(text []byte) (filtered []byte, authorities []int) {
	var out bytes.Buffer
	for i, line := range bytes.Split(text, []byte("\n")) {
		kept, marker := filterKnownLine(string(bytes.TrimRight(line, "\r")))
		if marker == markerCA {
			authorities = append(authorities, i+1)
		}
		out.WriteString(kept)
		out.WriteByte('\n')
	}
	return out.Bytes(), authorities
}

// filterKnownLine returns the line for the library, or nothing.
func filterKnownLine(line string) (kept, marker string) {
	if len(line) > maxKnownLine {
		return "", ""
	}
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) > 0 && (fields[0] == markerCA || fields[0] == markerBad) {
		marker, fields = fields[0], fields[1:]
	}
	if len(fields) < 3 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "@") {
		return "", ""
	}
	hosts, kind, blob := fields[0], fields[1], fields[2]
	raw, err := base64.StdEncoding.DecodeString(blob)
	if err != nil {
		return "", ""
	}
	if key, err := ssh.ParsePublicKey(raw); err != nil || key.Type() != kind {
		return "", ""
	}
	if strings.HasPrefix(hosts, "|") {
		if !validHash(hosts) {
			return "", ""
		}
	} else if hosts = strings.ToLower(hosts); !validPatterns(hosts) {
		return "", ""
	}
	return strings.TrimSpace(strings.Join([]string{marker, hosts, kind, blob}, " ")), marker
}

// validHash reports whether hosts is |1|salt|hash.
func validHash(hosts string) bool {
	parts := strings.Split(hosts, "|")
	if len(parts) != 4 || parts[1] != "1" {
		return false
	}
	for _, p := range parts[2:] {
		if raw, err := base64.StdEncoding.DecodeString(p); err != nil || len(raw) != 20 {
			return false
		}
	}
	return true
}

func validPatterns(hosts string) bool {
	for p := range strings.SplitSeq(hosts, ",") {
		p, negated := strings.CutPrefix(p, "!")
		if negated && p == "" {
			return false
		}
		if strings.HasPrefix(p, "[") {
			if _, _, err := net.SplitHostPort(p); err != nil {
				return false
			}
		}
	}
	return true
}

// writeKnownHost appends a host's key to file as ssh would: folder 0700, file
// 0600, the name hashed if the configuration asks for it.
func writeKnownHost(file, address string, key ssh.PublicKey, hashed bool) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	line := knownhosts.Line([]string{address}, key) + "\n"
	if hashed {
		name, rest, _ := strings.Cut(line, " ")
		line = xknownhosts.HashHostname(name) + " " + rest
	}
	if !endsLine(f) {
		line = "\n" + line
	}
	if _, err := f.WriteString(line); err != nil {
		return err
	}
	return f.Close()
}

// endsLine reports whether text that is appended to f begins a new line.
func endsLine(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return true
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err != nil || last[0] == '\n'
}
