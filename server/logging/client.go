package logging

import (
	"context"

	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/internal/linelog"
	"github.com/sa2c/sunpyter/protocol"
)

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
