package connpool

import (
	"context"
	"os"
	"os/user"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
	"github.com/sa2c/sunpyter/tunnel/transport"
)

// keySetup offers to create a key for a user who has none. A login by password then installs
// it; if only keys are accepted, the user does.
type keySetup struct {
	prompter prompts.Prompter
	notices  *Notices

	mu       sync.Mutex // guards declined
	declined map[string]bool
}

func newKeySetup(prompter prompts.Prompter, notices *Notices) *keySetup {
	return &keySetup{prompter: prompter, notices: notices, declined: map[string]bool{}}
}

// newKey is a key that was just made, and where it is to be installed.
type newKey struct {
	file, public, passphrase string
	target                   sshconfig.Target
}

// offerBeforeLogin offers to create a key before a login that would be by password, since a
// host does not wait for long once the login has begun. It returns nil if there is a key,
// the user declines, or the host does not answer.
func (k *keySetup) offerBeforeLogin(ctx context.Context, p store.Place, t sshconfig.Target) (*newKey, error) {
	if p.KeysOnly || (!t.Methods.Password && !t.Methods.Keyboard) || !k.mayOffer(ctx, t) || !transport.Answers(ctx, t) {
		return nil, nil
	}
	return k.create(ctx, t, "There is no SSH key on this computer yet. Create one now and install it on "+p.Title+"?",
		"You are asked once more for what "+t.Host+" asks now, as your password. From then on the key is enough, unless the site asks for a code too. It will be "+sshauth.NewKeyFile(t)+".")
}

// explainRefusal returns the error of a failed login with advice about keys. If only keys
// are accepted and there is none, it offers to create one.
func (k *keySetup) explainRefusal(ctx context.Context, p store.Place, t sshconfig.Target, failed error) error {
	f := fault.As(failed)
	if f == nil || !p.KeysOnly || (f.Code != fault.NoKey && f.Code != fault.AuthRefused) {
		return failed
	}
	advised := *f
	advised.Advice += " You log in with keys on " + p.Title + ": if you are asked for your cluster password anywhere, something is wrong with the key."
	if f.Code != fault.NoKey || !k.mayOffer(ctx, t) {
		return &advised
	}
	made, err := k.create(ctx, t, "There is no SSH key on this computer yet. Create one now?",
		p.Title+" accepts SSH keys only. You then have to install the public key there, as the site's documentation explains. It will be "+sshauth.NewKeyFile(t)+".")
	if err != nil || made == nil {
		return &advised
	}
	k.notices.Show(protocol.LogInfo, "The key "+made.file+" was created. Its public key has to be installed on "+p.Title+".", made.public)
	advised.Answer = "the host requires a key; the new one, " + made.file + ", isn't installed there yet"
	advised.Advice = "Install the public key as the site's documentation explains, where you can log in with " + fault.Shell("ssh-copy-id -i "+made.file+".pub "+t.User+"@"+t.Host) +
		", and start again. The public key is: " + made.public
	return &advised
}

// mayOffer reports whether there is no key, a file name for one, and the user has not
// declined. An ssh program has other methods, and a smart card has a key already.
func (k *keySetup) mayOffer(ctx context.Context, t sshconfig.Target) bool {
	k.mu.Lock()
	declined := k.declined[t.Host]
	k.mu.Unlock()
	return !declined && !t.Methods.Batch && t.Program == "" && t.Keys.PKCS11Provider == "" && sshauth.NewKeyFile(t) != "" && !sshauth.HasKey(ctx, t)
}

// create asks and makes a key; it returns nil if the user declines.
func (k *keySetup) create(ctx context.Context, t sshconfig.Target, message, detail string) (*newKey, error) {
	yes, err := k.prompter.Confirm(ctx, prompts.ConfirmQuestion{
		Host: t.Host, Purpose: string(protocol.PurposeNewKey), Message: message, Detail: detail, Accept: "Make a Key",
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil || !yes {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.declined[t.Host] = true
		return nil, nil //nolint:nilerr // a failed prompt counts as declined
	}
	made := &newKey{file: sshauth.NewKeyFile(t), target: t}
	if made.passphrase, err = k.choosePassphrase(ctx, t, made.file); err != nil {
		return nil, err
	}
	made.public, err = sshauth.MakeKey(made.file, keyComment(), made.passphrase)
	return made, err
}

// choosePassphrase prompts for a passphrase, and for one that is not empty twice.
func (k *keySetup) choosePassphrase(ctx context.Context, t sshconfig.Target, file string) (string, error) {
	ask := func(prompt, detail string) (string, error) {
		return k.prompter.Secret(ctx, prompts.SecretQuestion{Host: t.Host, User: t.User, Purpose: string(protocol.PurposeNewKey), Prompt: prompt, Detail: detail})
	}
	first, err := ask("New passphrase for the key "+file+" (empty: none):", "Without a passphrase, anyone who gets the file can use the key.")
	if err != nil || first == "" {
		return "", err
	}
	second, err := ask("Repeat the passphrase:", "")
	if err == nil && second != first {
		err = &fault.Error{Code: fault.BadRequest, Tried: "making the key " + file, Answer: "the two passphrases differ", Advice: "No key was created. Start again."}
	}
	return first, err
}

// keyComment returns a comment that distinguishes the keys of a user's computers.
func keyComment() string {
	name, host := "sunpyter", "computer"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return name + "@" + host
}

// installer installs public keys; *tunnel.Conn is one.
type installer interface {
	InstallKey(ctx context.Context, public string) (added bool, err error)
}

// install installs a new key, if any, over a connection that was made without it, and
// verifies that it is accepted. A failure is only shown: there is a connection.
func (k *keySetup) install(ctx context.Context, conn installer, made *newKey) {
	if made == nil {
		return
	}
	_, err := conn.InstallKey(ctx, made.public)
	if err == nil {
		err = made.verify(ctx)
	}
	if err != nil {
		k.notices.Show(protocol.LogWarning, "The new key "+made.file+" does not let you in to "+made.target.Host+" yet.", err.Error())
		return
	}
	k.notices.Show(protocol.LogInfo, "From now on the key "+made.file+" lets you in to "+made.target.Host+".", "")
}

// verify logs in with the key alone.
func (n *newKey) verify(ctx context.Context) error {
	t := n.target
	t.Keys.IdentityFiles, t.Keys.IdentitiesOnly, t.Keys.Agent, t.Keys.CertificateFiles, t.Methods.Password, t.Methods.Keyboard = []string{n.file}, true, "", nil, false, false
	conn, err := tunnel.Dial(ctx, t, tunnel.Options{Prompter: knownPassphrases(func(string) (string, bool) { return n.passphrase, true })})
	if err != nil {
		return err
	}
	return conn.Close()
}
