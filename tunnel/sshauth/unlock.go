package sshauth

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh/agent"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// PromptEarly asks for a passphrase before the connection is opened, since hosts
// limit the time of a login. It does so only if the passphrase is sure to be needed, because
// the login cannot succeed without that key.
func (r *Keyring) PromptEarly(ctx context.Context, t *sshconfig.Target, p prompts.Prompter) error {
	if p == nil || t.Methods.Keyboard || t.Methods.Password {
		return nil
	}
	var file *keyFile
	for _, id := range r.ids {
		if !id.Locked() || (file != nil && id.file != file) {
			return nil
		}
		file = id.file // a key and its certificate are in one file
	}
	if file == nil {
		return nil
	}
	err := file.open(ctx, t, p, "It is the only key for "+t.Label()+".")
	if err == nil || fault.As(err) != nil {
		return err
	}
	return &fault.Error{Code: fault.NoKey, Tried: "opening the key " + file.path + " for " + t.Label(), Answer: err.Error(), Err: err,
		Advice: "Nothing was sent to the host. Start again with the right passphrase; " + fault.Shell("ssh-keygen -y -f "+file.path) + " in a terminal shows whether it is."}
}

// AddToAgent adds a key that a passphrase has opened to the agent, if the
// configuration asks for that (AddKeysToAgent).
func (r *Keyring) AddToAgent(ctx context.Context, t *sshconfig.Target, p prompts.Prompter, notify func(prompts.Notice), id *Key) {
	if t.Keys.AddToAgent == "" || id.file == nil {
		return
	}
	key := id.file.takeUnlocked()
	if key == nil {
		return
	}
	tell := func(text string) { notify(prompts.Notice{Kind: prompts.NoticeKey, Host: t.Name, Text: text}) }
	if r.agent == nil {
		tell("the key " + id.file.path + " was not added to an agent, because none is running.")
		return
	}
	if t.Keys.AddToAgent == "ask" && !mayAdd(ctx, t, p, id.file.path) {
		return
	}
	err := r.agent.add(agent.AddedKey{PrivateKey: key, Comment: id.file.path,
		LifetimeSecs: uint32(t.Keys.AgentLifetime / time.Second), ConfirmBeforeUse: t.Keys.AddToAgent == "confirm"})
	if err != nil {
		tell("the key " + id.file.path + " could not be added to the agent: " + bounded.Text(err.Error(), 200))
		return
	}
	tell("the key " + id.file.path + " was added to the agent (AddKeysToAgent): you won't be asked for its passphrase again while the agent runs.")
}

// mayAdd asks the user; no answer means no.
func mayAdd(ctx context.Context, t *sshconfig.Target, p prompts.Prompter, path string) bool {
	if p == nil {
		return false
	}
	yes, err := p.Confirm(ctx, prompts.ConfirmQuestion{Host: t.Host, Purpose: prompts.PurposePassphrase, Accept: "Add",
		Message: "Add this key to the agent, so that you aren't asked for its passphrase again?", Detail: path})
	return err == nil && yes
}

// add adds a key to the agent.
func (a *keyAgent) add(key agent.AddedKey) error {
	_ = a.conn.SetDeadline(time.Now().Add(agentTimeout))
	defer func() { _ = a.conn.SetDeadline(time.Time{}) }()
	return a.client.Add(key)
}
