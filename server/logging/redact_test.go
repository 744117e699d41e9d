package logging

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func TestRedactor(t *testing.T) {
	r := NewRedactor()
	r.Add("tok1")
	r.Add("tok1-and-more")
	r.Add("abc") // too short
	got := r.String("a tok1 b tok1-and-more c abc")
	if want := "a [secret] b [secret] c abc"; got != want {
		t.Errorf("got %q", got)
	}
}

// TestRedactedLog logs a secret in every way that a careless line might.
func TestRedactedLog(t *testing.T) {
	secret := `pä"ss\wo&rd <1>`
	r := NewRedactor()
	r.Add(secret)
	var out bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), r.Writer(zapcore.AddSync(&out)), zap.DebugLevel)
	log := zap.New(core).With(zap.String("with", secret))
	log.Info("message "+secret, zap.Any("nested", map[string]string{"k": secret}), zap.ByteString("b", []byte(secret)))
	log.Info("http://127.0.0.1/?token=" + url.QueryEscape(secret))
	text := out.String()
	if strings.Contains(text, "wo") || strings.Count(text, mask) < 6 {
		t.Errorf("logged %s", text)
	}
}

// TestHiddenCharactersAreNotLogged: the log is read in terminals, too.
func TestHiddenCharactersAreNotLogged(t *testing.T) {
	var out bytes.Buffer
	core := zapcore.NewCore(zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "m"}), NewRedactor().Writer(zapcore.AddSync(&out)), zap.DebugLevel)
	zap.New(core).Info("safe\x1b[2J\u202e\u200b\U000e0041", zap.String("said", "\u2066x"))
	if got, want := out.String(), "safe[2J\t{\"said\": \"x\"}\n"; got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}
