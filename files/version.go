package files

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// packetVersion is the type of the host's first packet, SSH_FXP_VERSION.
	packetVersion = 2
	// protocolVersion is the version of SFTP that OpenSSH and the library speak.
	protocolVersion = 3
	// maxVersion bounds the size of that packet, in bytes.
	maxVersion = 64 << 10
)

// madeVersion is a VERSION packet with the extension that the library asks for before it uses it.
var madeVersion = versionPacket("fsync@openssh.com", "1")

// versionReader lets the library send requests before the host has answered the first one,
// INIT, which saves a round trip. The library reads a VERSION that was made here; the host's is
// taken out of the stream, and sent to answer.
type versionReader struct {
	from   io.Reader
	made   []byte // what is left of the made one
	taken  bool   // the host's was read
	answer chan versionAnswer
}

// versionAnswer is the host's VERSION: its extensions, or why it cannot be used.
type versionAnswer struct {
	extensions map[string]string
	err        error
}

func newVersionReader(from io.Reader) *versionReader {
	return &versionReader{from: from, made: madeVersion, answer: make(chan versionAnswer, 1)}
}

// Read is called by one goroutine of the library at a time.
func (v *versionReader) Read(p []byte) (int, error) {
	if len(v.made) > 0 {
		n := copy(p, v.made)
		v.made = v.made[n:]
		return n, nil
	}
	if !v.taken {
		v.taken = true
		extensions, err := readVersion(v.from)
		v.answer <- versionAnswer{extensions, err}
		if err != nil {
			return 0, err
		}
	}
	return v.from.Read(p)
}

var errNotSFTP = errors.New("the answer was not SFTP")

// readVersion reads the host's VERSION packet and returns its extensions.
func readVersion(r io.Reader) (map[string]string, error) {
	header := make([]byte, 9) // length, type, version
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(header)
	if length < 5 || length > maxVersion || header[4] != packetVersion {
		return nil, errNotSFTP
	}
	if version := binary.BigEndian.Uint32(header[5:]); version != protocolVersion {
		return nil, fmt.Errorf("the host speaks version %d of SFTP, not %d", version, protocolVersion)
	}
	rest := make([]byte, length-5)
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, err
	}
	extensions := map[string]string{}
	for len(rest) > 0 {
		var pair [2]string
		for i := range pair {
			if len(rest) < 4 || uint64(binary.BigEndian.Uint32(rest)) > uint64(len(rest)-4) {
				return nil, errNotSFTP
			}
			end := 4 + binary.BigEndian.Uint32(rest)
			pair[i], rest = string(rest[4:end]), rest[end:]
		}
		extensions[pair[0]] = pair[1]
	}
	return extensions, nil
}

// versionPacket returns a VERSION packet with one extension.
func versionPacket(name, data string) []byte {
	packet := binary.BigEndian.AppendUint32([]byte{packetVersion}, protocolVersion)
	for _, text := range []string{name, data} {
		packet = append(binary.BigEndian.AppendUint32(packet, uint32(len(text))), text...)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(packet))), packet...)
}
