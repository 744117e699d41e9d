// Package logging is what the server's log is made of: lines for the client, and the
// masking of secrets in everything that is logged. Only package server imports it.
package logging

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/linelog"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

// minSecretLength is the length in bytes below which a secret is not masked: that would
// make a log unreadable and hide nothing.
const minSecretLength = 4

// mask replaces a secret.
const mask = "[secret]"

// Redactor masks known secrets in all that is logged, in case one is logged by mistake.
type Redactor struct {
	mu       sync.RWMutex
	replacer *strings.Replacer
	secrets  []string // every form of every secret, longest first
}

// NewRedactor returns a Redactor without secrets.
func NewRedactor() *Redactor { return &Redactor{replacer: strings.NewReplacer()} }

// Add adds a secret, as it is and as it looks in JSON and in a URL.
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

// forms returns the ways in which a secret may be written.
func forms(secret string) []string {
	out := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	if quoted, err := json.Marshal(secret, jsontext.AllowInvalidUTF8(true)); err == nil {
		out = append(out, string(quoted[1:len(quoted)-1]))
	}
	return out
}

// String returns s with every known secret masked.
func (r *Redactor) String(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.replacer.Replace(s)
}

// Writer returns a writer that masks secrets and removes hidden characters. Each write
// must have whole lines, as zap's do.
func (r *Redactor) Writer(w zapcore.WriteSyncer) zapcore.WriteSyncer {
	return redactingWriter{w, r}
}

type redactingWriter struct {
	zapcore.WriteSyncer
	redact *Redactor
}

// Write returns len(p): the masked text has another length.
func (w redactingWriter) Write(p []byte) (int, error) {
	if _, err := w.WriteSyncer.Write([]byte(plain.Text(fault.Terminal.Render(w.redact.String(string(p)))))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// NewClientCore returns a zap core that sends lines to the client, with secrets masked.
// Lines may be dropped and have no times; another core writes the full log.
func NewClientCore(client protocol.ClientNotifications, level zapcore.LevelEnabler, redact *Redactor) zapcore.Core {
	return linelog.New(level, func(level zapcore.Level, line string) error {
		return client.LogMessage(context.Background(), &protocol.LogMessageParams{Level: logLevel(level), Message: redact.String(line)})
	})
}

// logLevel returns zap's level as it is sent.
func logLevel(level zapcore.Level) protocol.LogLevel {
	switch {
	case level >= zapcore.ErrorLevel:
		return protocol.LogError
	case level == zapcore.WarnLevel:
		return protocol.LogWarning
	case level == zapcore.InfoLevel:
		return protocol.LogInfo
	}
	return protocol.LogDebug
}
