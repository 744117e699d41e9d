package server

import (
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/plain"
)

// minSecretLength is the shortest secret that is masked, in bytes. Masking
// shorter ones would make a log unreadable and hide nothing.
const minSecretLength = 4

// mask stands where a secret stood.
const mask = "[secret]"

// Redactor masks known secrets in whatever is logged. It is the second guard:
// the first is that nobody logs a secret.
type Redactor struct {
	mu       sync.RWMutex
	replacer *strings.Replacer
	secrets  []string // every form of every secret, longest first
}

// NewRedactor makes a Redactor that knows no secret yet.
func NewRedactor() *Redactor { return &Redactor{replacer: strings.NewReplacer()} }

// Add makes a secret known, as it is and as it looks in JSON and in an address.
func (r *Redactor) Add(secret string) {
	if len(secret) < minSecretLength {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range forms(secret) {
		if !slices.Contains(r.secrets, form) {
			r.secrets = append(r.secrets, form)
		}
	}
	// A secret that contains another must be masked whole.
	slices.SortStableFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(r.secrets))
	for _, s := range r.secrets {
		pairs = append(pairs, s, mask)
	}
	r.replacer = strings.NewReplacer(pairs...)
}

// forms gives the ways in which a secret may be written.
func forms(secret string) []string {
	out := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	if quoted, err := json.Marshal(secret, jsontext.AllowInvalidUTF8(true)); err == nil {
		out = append(out, string(quoted[1:len(quoted)-1]))
	}
	return out
}

// String gives s with every known secret masked.
func (r *Redactor) String(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.replacer.Replace(s)
}

// Writer masks what is written to w, and removes hidden characters. Each write must hold whole lines, as zap's do.
func (r *Redactor) Writer(w zapcore.WriteSyncer) zapcore.WriteSyncer {
	return redactingWriter{w, r}
}

type redactingWriter struct {
	zapcore.WriteSyncer
	redact *Redactor
}

// Write reports the length that it was given: the masked text has another.
func (w redactingWriter) Write(p []byte) (int, error) {
	if _, err := w.WriteSyncer.Write([]byte(plain.Text(w.redact.String(string(p))))); err != nil {
		return 0, err
	}
	return len(p), nil
}
