package connpool

import (
	"context"
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// TestMessageOf: each kind of notice, as it is shown.
func TestMessageOf(t *testing.T) {
	for _, row := range []struct {
		kind, text string
		want       *protocol.ShowMessageParams
	}{
		{prompts.NoticeBanner, "\nMaintenance on Tuesday.\nAll jobs end.\nThen they go on.\n",
			&protocol.ShowMessageParams{Level: protocol.LogInfo, Message: "login says: Maintenance on Tuesday.", Detail: "All jobs end.\nThen they go on."}},
		{prompts.NoticeInstruction, "A message went to your telephone.", &protocol.ShowMessageParams{Level: protocol.LogInfo, Message: "login says: A message went to your telephone."}},
		{prompts.NoticeRetry, "trying again in 4 s", &protocol.ShowMessageParams{Level: protocol.LogWarning, Message: "login: trying again in 4 s"}},
		{prompts.NoticeConfig, "it is not used", &protocol.ShowMessageParams{Level: protocol.LogWarning, Message: "login: it is not used"}},
		{prompts.NoticeHostKey, "its key was written down", &protocol.ShowMessageParams{Level: protocol.LogInfo, Message: "login: its key was written down"}},
		{prompts.NoticeConnected, "192.0.2.1:22", nil},
		{prompts.NoticeHostKnown, "ED25519 key", nil},
		{prompts.NoticeLoggedIn, "", nil},
	} {
		got := messageOf(prompts.Notice{Kind: row.kind, Host: "login", Text: row.text})
		if (got == nil) != (row.want == nil) || (got != nil && *got != *row.want) {
			t.Errorf("%s: %+v, want %+v", row.kind, got, row.want)
		}
	}
}

// TestRepeatedNoticesAreShownOnce: but each retry is shown.
func TestRepeatedNoticesAreShownOnce(t *testing.T) {
	var shown, heard []string
	n := NewNotices(protocol.ClientStub{Notify: func(_ context.Context, _ string, params any) error {
		shown = append(shown, params.(*protocol.ShowMessageParams).Message)
		return nil
	}})
	stop := n.Listen(&Listener{Notice: func(n prompts.Notice) { heard = append(heard, n.Text) }})
	for range 2 {
		n.handle(prompts.Notice{Kind: prompts.NoticeBanner, Host: "login", Text: "Welcome"})
		n.handle(prompts.Notice{Kind: prompts.NoticeConnected, Host: "login", Text: "192.0.2.1:22"})
		n.handle(prompts.Notice{Kind: prompts.NoticeRetry, Host: "login", Text: "again"})
	}
	stop()
	n.handle(prompts.Notice{Kind: prompts.NoticeBanner, Host: "other", Text: "Welcome"})
	if want := []string{"login says: Welcome", "login: again", "login: again", "other says: Welcome"}; !slices.Equal(shown, want) {
		t.Errorf("shown %q, want %q", shown, want)
	}
	if len(heard) != 6 {
		t.Errorf("heard %q", heard)
	}
}
