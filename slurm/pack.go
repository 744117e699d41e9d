package slurm

import (
	"bytes"
	"compress/gzip"
	"strings"
)

// packed is text for gzip -d at the far end. What is sent at once on a connection that
// was quiet is little (ten packets, and some systems space those out over the round
// trip), and our scripts are mostly comments and names.
func packed(text string) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write([]byte(text))                          // nor does a buffer fail
	_ = w.Close()
	return b.Bytes()
}

// StripComments returns a script without the lines that are comments. No line of a quoted
// text or a here-document in it may begin with "#".
func StripComments(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(strings.TrimLeft(line, " "), "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}
