//go:build !windows

package openssh

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/hostkeys"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

var (
	passphrasePrompt = regexp.MustCompile(`^Enter passphrase for (?:key )?'?(.+?)'?: *$`)
	// fromHostPattern is the prefix of a host's own question, since OpenSSH 8.5.
	fromHostPattern = regexp.MustCompile(`^\((\S+)@(\S+)\) `)
)

// ask shows one question to the user. A question without an answer ends the login: nothing
// else is tried instead.
func (s *Client) ask(ctx context.Context, q askpassQuestion) askpassAnswer {
	s.parser.flushHostLines()
	prompt := bounded.Text(q.Prompt, 4000)
	var a askpassAnswer
	err := s.checkRepeated(q, prompt)
	switch {
	case err != nil:
	case q.Kind == "none":
		s.notify(prompts.NoticeInstruction, prompt)
		a.OK = true
	case q.Kind == "confirm":
		yes, confirmErr := s.confirm(ctx, prompts.ConfirmQuestion{Purpose: prompts.PurposePassphrase, Message: prompt, Accept: "Allow"})
		return askpassAnswer{OK: yes && confirmErr == nil} // a no does not end the login
	case s.fromHost(ctx, prompt):
		a, err = s.secret(ctx, prompt)
	case strings.Contains(prompt, "continue connecting (yes/no"), strings.Contains(prompt, "Please type 'yes'"):
		a, err = s.hostKey(ctx, prompt)
	case strings.Contains(prompt, "(yes/no"):
		a, err = s.yesOrNo(ctx, prompt)
	case passphrasePrompt.MatchString(prompt):
		return s.passphrase(ctx, passphrasePrompt.FindStringSubmatch(prompt)[1], prompt)
	case strings.HasSuffix(prompt, "new password:"), strings.HasSuffix(prompt, "old password:"):
		err = sshauth.PasswordExpiredError(s.target)
	default:
		a, err = s.secret(ctx, prompt)
	}
	if err != nil {
		s.stop(err)
	}
	return a
}

// checkRepeated refuses a question that the same program asks again: the first answer
// was refused, and another one would be another attempt.
func (s *Client) checkRepeated(q askpassQuestion, prompt string) error {
	name := fmt.Sprintf("%d %s", q.Asker, prompt)
	if s.seen[name] && q.Kind == "" {
		return &fault.Error{Code: fault.AuthRefused, Tried: "connecting to " + s.target.Label(), Answer: "the answer was not accepted; the prompt was repeated: " + prompt,
			Advice: "Check it, and start again." + sshauth.OnceAdvice}
	}
	s.seen[name] = true
	return nil
}

// fromHost reports whether the host may have written a question, whatever it looks like. Such
// a question is shown as the host's and never answered from memory: otherwise a host
// that asks "Enter passphrase for key ..." would get the passphrase. OpenSSH before 8.5 does not say
// who asks, so with it every question counts as the host's as soon as the host can ask.
func (s *Client) fromHost(ctx context.Context, prompt string) bool {
	if fromHostPattern.MatchString(prompt) {
		return true
	}
	hostKey := s.parser.now().stage < stageAsking && strings.Contains(prompt, "(yes/no")
	return !hostKey && !namesHosts(ctx, s.target.Program)
}

func (s *Client) confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	q.Host = s.target.Host
	if s.cfg.Prompter == nil {
		return false, s.unanswered(q.Message)
	}
	yes, err := s.cfg.Prompter.Confirm(ctx, q)
	if err != nil {
		err = prompts.Unanswered(ctx, "connecting to "+s.target.Label(), err)
	}
	return yes, err
}

func (s *Client) unanswered(question string) error {
	return &fault.Error{Code: fault.PromptUnanswered, Tried: "connecting to " + s.target.Label(), Answer: "a prompt must be answered: " + question,
		Advice: "Try again, and answer it."}
}

// hostKey asks the user about an unknown host's key.
func (s *Client) hostKey(ctx context.Context, prompt string) (askpassAnswer, error) {
	s.parser.prompted(false, true)
	q := parseHostKeyPrompt(prompt)
	host, key := cmp.Or(q.host, s.target.Label()), cmp.Or(q.key, s.parser.now().hostKey)
	detail := strings.Join(append([]string{key}, q.more...), "\n")
	if key == "" {
		detail = prompt
	}
	yes, err := s.confirm(ctx, prompts.ConfirmQuestion{Purpose: prompts.PurposeHostKey, Accept: "Connect", Detail: detail + "\n" + hostkeys.CompareAdvice,
		Message: host + " is not known on this computer yet. Is this its key?"})
	if err == nil && !yes {
		shown := ""
		if key != "" {
			shown = "; it presents the " + key
		}
		err = &fault.Error{Code: fault.HostKeyUnknown, Tried: "checking the host key of " + host, Answer: "the host is not known yet" + shown + "; it was not accepted",
			Advice: "Compare this with what the site publishes, then try again and accept it."}
	}
	return askpassAnswer{Answer: "yes", OK: err == nil}, err
}

// yesOrNo asks anything else for which ssh wants "yes".
func (s *Client) yesOrNo(ctx context.Context, prompt string) (askpassAnswer, error) {
	yes, err := s.confirm(ctx, prompts.ConfirmQuestion{Purpose: prompts.PurposeHostKey, Message: firstLine(prompt), Detail: prompt, Accept: "Yes"})
	answer := "no"
	if yes {
		answer = "yes"
	}
	return askpassAnswer{Answer: answer, OK: err == nil}, err
}

// passphrase asks for a key file's passphrase until it is right: that is tried on this
// computer, and the key then also signs for hosts behind this one. Where it is not,
// ssh continues without the key.
func (s *Client) passphrase(ctx context.Context, path, prompt string) askpassAnswer {
	if s.cfg.Prompter == nil {
		return askpassAnswer{}
	}
	note := &lastAnswer{Prompter: s.cfg.Prompter}
	if ours, err := s.cfg.Keys.Unlock(ctx, s.target, note, path, s.target.Label()+" accepts this key."); ours {
		if err != nil && fault.As(err) != nil {
			s.stop(err)
		}
		return askpassAnswer{Answer: note.last, OK: err == nil}
	}
	answer, err := s.cfg.Prompter.Secret(ctx, prompts.SecretQuestion{Host: s.target.Host, User: s.target.User, Purpose: prompts.PurposePassphrase, Prompt: prompt})
	if err != nil {
		s.stop(prompts.Unanswered(ctx, "connecting to "+s.target.Label(), err))
	}
	return askpassAnswer{Answer: answer, OK: err == nil}
}

// lastAnswer records the last answer.
type lastAnswer struct {
	prompts.Prompter
	last string
}

func (t *lastAnswer) Secret(ctx context.Context, q prompts.SecretQuestion) (answer string, err error) {
	t.last, err = t.Prompter.Secret(ctx, q)
	return t.last, err
}

// secret asks for a password, a one-time code, or a PIN. ssh does not tell an askpass
// whether the answer may be shown.
func (s *Client) secret(ctx context.Context, prompt string) (askpassAnswer, error) {
	q := prompts.SecretQuestion{Host: s.target.Host, User: s.target.User, Purpose: sshauth.PurposeOf(prompt), Prompt: prompt}
	if m := fromHostPattern.FindStringSubmatch(prompt); m != nil {
		q.User, q.Host, q.Prompt = m[1], m[2], strings.TrimPrefix(prompt, m[0])
		if strings.EqualFold(q.Host, s.target.Name) {
			q.Host = s.target.Host
		}
	}
	if s.cfg.Prompter == nil {
		return askpassAnswer{}, s.unanswered(prompt)
	}
	s.parser.prompted(!strings.HasPrefix(prompt, "Enter PIN for"), false)
	answer, err := s.cfg.Prompter.Secret(ctx, q)
	if err != nil {
		return askpassAnswer{}, prompts.Unanswered(ctx, "logging in to "+s.target.Label()+" as "+s.target.User, err)
	}
	return askpassAnswer{Answer: answer, OK: true}, nil
}
