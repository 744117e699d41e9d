package tunnel

import (
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// TestStageNotices: each stage has its notice, in order.
func TestStageNotices(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	key := p.Key(s, "id", "")
	var notices sshtest.Notices
	dial(t, targetOf(p, s, key), Options{Notice: notices.Add})
	var kinds []string
	for _, n := range notices.All {
		kinds = append(kinds, n.Kind)
	}
	if !slices.Equal(kinds, []string{prompts.NoticeConnected, prompts.NoticeHostKnown, prompts.NoticeLoggedIn}) || notices.All[0].Host != "cluster" {
		t.Errorf("notices %+v", notices.All)
	}
	if notices.Count(prompts.NoticeConnected, "127.0.0.1:") != 1 || notices.Count(prompts.NoticeHostKnown, "ED25519 key SHA256:") != 1 || notices.Count(prompts.NoticeLoggedIn, key) != 1 {
		t.Errorf("notices %+v", notices.All)
	}
	notices = sshtest.Notices{}
	dial(t, targetOf(p, s), Options{Notice: notices.Add, Prompter: &sshtest.Answers{Secrets: []string{sshtest.Password}}})
	if n := notices.All[len(notices.All)-1]; n.Kind != prompts.NoticeLoggedIn || n.Text != "" {
		t.Errorf("a login by password is notices as %+v", n)
	}
}
