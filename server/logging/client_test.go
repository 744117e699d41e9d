package logging

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/protocol"
)

func TestClientCore(t *testing.T) {
	var lines []protocol.LogMessageParams
	client := protocol.ClientStub{Notify: func(_ context.Context, _ string, params any) error {
		lines = append(lines, *params.(*protocol.LogMessageParams))
		return nil
	}}
	redact := NewRedactor()
	redact.Add("hush-hush")
	log := zap.New(NewClientCore(client, zap.InfoLevel, redact), zap.AddStacktrace(zap.ErrorLevel)).With(zap.Int("job", 7))
	log.Debug("below the level")
	log.Info("running", zap.String("node", "scs0151"))
	log.Warn("token hush-hush", zap.String("t", "hush-hush"))
	log.Named("tunnel").Error("broken", zap.Error(errors.New("reset")))
	want := []protocol.LogMessageParams{
		{Level: protocol.LogInfo, Message: `running {"job": 7, "node": "scs0151"}`},
		{Level: protocol.LogWarning, Message: `token [secret] {"job": 7, "t": "[secret]"}`},
		{Level: protocol.LogError, Message: `broken {"job": 7, "error": "reset"}`},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}
