package connpool

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// clientPrompter prompts through the client. It implements prompts.Prompter.
type clientPrompter struct {
	client  protocol.Client
	notices *Notices
}

func (p *clientPrompter) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	p.notices.prompted(q)
	result, err := p.client.PromptSecret(ctx, &protocol.PromptSecretParams{
		Host: q.Host, User: q.User, Purpose: protocol.PromptPurpose(q.Purpose), Prompt: q.Prompt, Detail: q.Detail, Echo: q.Echo, Wrong: q.Wrong,
	})
	if err != nil || result.Cancelled {
		return "", dismissed(q.Prompt, err)
	}
	return result.Value, nil
}

func (p *clientPrompter) Confirm(ctx context.Context, q prompts.ConfirmQuestion) (bool, error) {
	result, err := p.client.PromptConfirm(ctx, &protocol.PromptConfirmParams{
		Host: q.Host, Purpose: protocol.PromptPurpose(q.Purpose), Message: q.Message, Detail: q.Detail, Accept: q.Accept,
	})
	if err != nil {
		return false, dismissed(q.Message, err)
	}
	return result.Accepted, nil
}

func dismissed(question string, err error) error {
	return &fault.Error{
		Code: fault.PromptUnanswered, Tried: "asking: " + question, Answer: "the prompt was not answered", Err: err,
		Advice: "Start again and answer it. To avoid it, run " + fault.Shell("ssh-add") + " for a key's passphrase, or " + fault.Shell("ssh HOST") + " once in a terminal for a host's key.",
	}
}
