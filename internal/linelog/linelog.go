// Package linelog sends lines of a log to another process. Any package may import it; it imports no
// other package of this module.
package linelog

import (
	"strings"

	"go.uber.org/zap/zapcore"
)

// New returns a zap core that calls send with each line of at least a level, without time and stack.
func New(level zapcore.LevelEnabler, send func(level zapcore.Level, line string) error) zapcore.Core {
	encoder := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
		LevelKey: "level", EncodeLevel: zapcore.LowercaseLevelEncoder, MessageKey: "message",
		EncodeDuration: zapcore.StringDurationEncoder, ConsoleSeparator: " ",
	})
	return zapcore.NewCore(encoder, zapcore.AddSync(sender(send)), level)
}

// sender takes each line as "LEVEL TEXT".
type sender func(level zapcore.Level, line string) error

func (s sender) Write(p []byte) (int, error) {
	name, line, _ := strings.Cut(strings.TrimSpace(string(p)), " ")
	level, err := zapcore.ParseLevel(name)
	if err != nil {
		return 0, err
	}
	return len(p), s(level, line)
}
