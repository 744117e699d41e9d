package logging

import (
	"context"
	"strings"

	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/protocol"
)

// clientCore sends log lines to the client as window/logMessage.
type clientCore struct {
	zapcore.LevelEnabler
	client protocol.ClientNotifications
	enc    zapcore.Encoder
	redact *Redactor
}

// NewClientCore returns a zap core that sends lines to the client, with secrets masked.
// Lines may be dropped and have no times; another core writes the full log.
func NewClientCore(client protocol.ClientNotifications, level zapcore.LevelEnabler, redact *Redactor) zapcore.Core {
	config := zapcore.EncoderConfig{
		MessageKey:       "message",
		EncodeDuration:   zapcore.StringDurationEncoder,
		ConsoleSeparator: " ",
	}
	return &clientCore{level, client, zapcore.NewConsoleEncoder(config), redact}
}

// With implements zapcore.Core.
func (c *clientCore) With(fields []zapcore.Field) zapcore.Core {
	clone := *c
	clone.enc = c.enc.Clone()
	for _, f := range fields {
		f.AddTo(clone.enc)
	}
	return &clone
}

// Check implements zapcore.Core.
func (c *clientCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core. Stacks are only in the other log.
func (c *clientCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	entry.Stack = ""
	buf, err := c.enc.EncodeEntry(entry, fields)
	if err != nil {
		return err
	}
	defer buf.Free()
	return c.client.LogMessage(context.Background(), &protocol.LogMessageParams{
		Level:   logLevel(entry.Level),
		Message: c.redact.String(strings.TrimSpace(buf.String())),
	})
}

// Sync implements zapcore.Core.
func (c *clientCore) Sync() error { return nil }

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
