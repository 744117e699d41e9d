package server

import (
	"context"
	"errors"
	"os"
	"os/user"
	"sync"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/tunnel"
)

// newKeys offers a key to a person who has none: one login by password then
// puts it in place, or, where keys are the only way in, the person does.
type newKeys struct {
	person  tunnel.Prompter
	notices *notices

	mu       sync.Mutex // guards declined
	declined map[string]bool
}

func newNewKeys(person tunnel.Prompter, n *notices) *newKeys {
	return &newKeys{person: person, notices: n, declined: map[string]bool{}}
}

// newKey is a key that was just made, and where it is to be put.
type newKey struct {
	file, public, passphrase string
	target                   tunnel.Target
}

// before offers to make a key before a login that would be by password, since a
// host does not wait for long once it was asked to let us in. It gives nil where
// there is a key, or none is wanted, or nothing answers there: a key would not help.
func (k *newKeys) before(ctx context.Context, p profile.Profile, t tunnel.Target) (*newKey, error) {
	if p.KeysOnly || (!t.Password && !t.Keyboard) || !k.mayOffer(ctx, t) || !tunnel.Answers(ctx, t) {
		return nil, nil
	}
	return k.make(ctx, t, "There is no key on this computer yet. Make one now and put it on "+p.Title+"?",
		"You are asked once more for what "+t.Host+" asks now, as your password. From then on the key is enough, unless the site asks for a code too. It will be "+tunnel.NewKeyFile(t)+".")
}

// after is told how a login failed. Where a key was missing and would be the only way in,
// it offers to make one, which the person then has to put in place.
func (k *newKeys) after(ctx context.Context, p profile.Profile, t tunnel.Target, failed error) error {
	f, ok := errors.AsType[*fault.Error](failed)
	if !ok || !p.KeysOnly || (f.Code != fault.NoKey && f.Code != fault.AuthRefused) {
		return failed
	}
	advised := *f
	advised.Advice += " Keys are the way in to " + p.Title + ": if you are asked for your cluster password anywhere, something is wrong with the key."
	if f.Code != fault.NoKey || !k.mayOffer(ctx, t) {
		return &advised
	}
	made, err := k.make(ctx, t, "There is no key on this computer yet. Make one now?",
		p.Title+" lets people in by keys alone. You then have to put the public half of the key there, as its course or its documents tell. It will be "+tunnel.NewKeyFile(t)+".")
	if err != nil || made == nil {
		return &advised
	}
	k.notices.show(protocol.LogInfo, "The key "+made.file+" is made. Its public half has to be put on "+p.Title+".", made.public)
	advised.Answer = "the host wants a key; the new one, " + made.file + ", is not there yet"
	advised.Advice = "Put its public half in place as the course or the site's documents tell, where you can log in with `ssh-copy-id -i " + made.file + ".pub " +
		t.User + "@" + t.Host + "`, and start again. The public half is: " + made.public
	return &advised
}

// mayOffer tells whether there is no key, a place for one, and nobody has said no.
// An ssh program knows other ways in, and a smart card has a key already.
func (k *newKeys) mayOffer(ctx context.Context, t tunnel.Target) bool {
	k.mu.Lock()
	declined := k.declined[t.Host]
	k.mu.Unlock()
	return !declined && !t.Batch && t.Program == "" && t.PKCS11Provider == "" && tunnel.NewKeyFile(t) != "" && !tunnel.HasKey(ctx, t)
}

// make asks and makes it; nil: the person does not want one.
func (k *newKeys) make(ctx context.Context, t tunnel.Target, message, detail string) (*newKey, error) {
	yes, err := k.person.Confirm(ctx, tunnel.ConfirmQuestion{
		Host: t.Host, Purpose: string(protocol.PurposeNewKey), Message: message, Detail: detail, Accept: "Make a Key",
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil || !yes {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.declined[t.Host] = true
		return nil, nil //nolint:nilerr // nobody to ask is a no: the login goes on without
	}
	made := &newKey{file: tunnel.NewKeyFile(t), target: t}
	if made.passphrase, err = k.choosePassphrase(ctx, t, made.file); err != nil {
		return nil, err
	}
	made.public, err = tunnel.MakeKey(made.file, comment(), made.passphrase)
	return made, err
}

// choosePassphrase asks for one, and if it is not empty, once more.
func (k *newKeys) choosePassphrase(ctx context.Context, t tunnel.Target, file string) (string, error) {
	ask := func(prompt, detail string) (string, error) {
		return k.person.Secret(ctx, tunnel.SecretQuestion{Host: t.Host, User: t.User, Purpose: string(protocol.PurposeNewKey), Prompt: prompt, Detail: detail})
	}
	first, err := ask("New passphrase for the key "+file+" (empty: none):", "Whoever gets hold of the file can use a key without a passphrase.")
	if err != nil || first == "" {
		return "", err
	}
	again, err := ask("The same passphrase once more:", "")
	if err == nil && again != first {
		err = &fault.Error{Code: fault.BadRequest, Tried: "making the key " + file, Answer: "the two passphrases differ", Advice: "Nothing was made; start again."}
	}
	return first, err
}

// comment tells apart the keys of a person's computers.
func comment() string {
	name, host := "sunpyter", "computer"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return name + "@" + host
}

// installer puts public keys in place; *tunnel.Conn is one.
type installer interface {
	InstallKey(ctx context.Context, public string) (added bool, err error)
}

// install puts the new key in place over a connection that was made without it, and
// tries whether it lets us in. What goes wrong is told and is no failure: there is a
// connection. made may be nil.
func (k *newKeys) install(ctx context.Context, conn installer, made *newKey) {
	if made == nil {
		return
	}
	_, err := conn.InstallKey(ctx, made.public)
	if err == nil {
		err = made.try(ctx)
	}
	if err != nil {
		k.notices.show(protocol.LogWarning, "The new key "+made.file+" does not let you in to "+made.target.Host+" yet.", err.Error())
		return
	}
	k.notices.show(protocol.LogInfo, "From now on the key "+made.file+" lets you in to "+made.target.Host+".", "")
}

// try logs in with the key alone, and out again.
func (n *newKey) try(ctx context.Context) error {
	t := n.target
	t.IdentityFiles, t.IdentitiesOnly, t.Agent, t.CertificateFiles, t.Password, t.Keyboard = []string{n.file}, true, "", nil, false, false
	conn, err := tunnel.Dial(ctx, t, tunnel.Options{Prompter: opens(n.passphrase)})
	if err != nil {
		return err
	}
	return conn.Close()
}

// opens answers with a passphrase, and nothing else. It implements tunnel.Prompter.
type opens string

func (o opens) Secret(_ context.Context, q tunnel.SecretQuestion) (string, error) {
	if q.Purpose != tunnel.PurposePassphrase {
		return "", nobody(q.Prompt)
	}
	return string(o), nil
}

func (opens) Confirm(_ context.Context, q tunnel.ConfirmQuestion) (bool, error) {
	return false, nobody(q.Message)
}
