package shell

import (
	"regexp"
	"slices"
)

// replay is output that a terminal gets again, since the window that had it is gone. Programs
// ask terminals about themselves in it; the answers would be typed into the shell, which does
// not wait for them any more.
type replay struct {
	end  int64 // offset of the first output that is new
	text []byte
}

// queries are the sequences that a terminal answers: device status and attributes, reports of
// modes, settings, colours, the version and the window.
var queries = regexp.MustCompile(`\x1b\[[<=>?]?[\d;]*\$?[cnpqtx]|\x1b\[\?u|\x1b\][\d;]*;\?(\x07|\x1b\\)|\x1bP[+$]q[^\x1b]*\x1b\\|\x05`)

// take returns what the terminal gets of the output, whose end is at an offset.
func (r *replay) take(data []byte, offset int64) [][]byte {
	if r.end == 0 {
		return [][]byte{data}
	}
	r.text = append(r.text, data...)
	if offset < r.end {
		return nil // a sequence may go on in the next piece
	}
	old := len(r.text) - int(offset-r.end)
	text := slices.Concat(queries.ReplaceAll(r.text[:old], nil), r.text[old:])
	*r = replay{}
	return slices.Collect(slices.Chunk(text, chunk))
}
