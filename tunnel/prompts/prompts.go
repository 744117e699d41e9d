// Package prompts defines what a login asks the user and reports to them: the questions, the
// interface that answers them, and the notices that need no answer.
//
// Packages that log in, and those that show questions, may import it; it imports fault alone.
package prompts

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
)

// The purposes of a question.
const (
	// PurposePassphrase: a key file's passphrase.
	PurposePassphrase = "passphrase"
	// PurposePassword: the password on the host.
	PurposePassword = "password"
	// PurposeCode: anything else that the host asks, a one-time code for example.
	PurposeCode = "code"
	// PurposeHostKey: whether to accept an unknown host's key.
	PurposeHostKey = "host-key"
)

// Prompter asks the user. Both methods block until there is an answer or ctx is
// done; an error means that there is no answer, and ends the login.
type Prompter interface {
	// Secret asks for one line.
	Secret(ctx context.Context, q SecretQuestion) (answer string, err error)
	// Confirm asks for a yes or a no.
	Confirm(ctx context.Context, q ConfirmQuestion) (bool, error)
}

// SecretQuestion asks for one line. All texts are free of control characters.
type SecretQuestion struct {
	// Host is who asks, and User our name there.
	Host, User string
	// Purpose is one of the Purpose constants.
	Purpose string
	// Prompt is the question, in the host's own wording if it has any.
	Prompt string
	// Detail adds to it: the key file, the host's instruction. May be empty.
	Detail string
	// Echo is true when the answer may be shown while it is typed.
	Echo bool
	// Wrong is true when the last answer to the same question was wrong.
	Wrong bool
}

// ConfirmQuestion asks for a yes or a no.
type ConfirmQuestion struct {
	// Host is what it is about.
	Host string
	// Purpose is one of the Purpose constants.
	Purpose string
	// Message is the question.
	Message string
	// Detail is what to compare: the kind of key and its fingerprint.
	Detail string
	// Accept is the label of the button for yes.
	Accept string
}

// The kinds of notice.
const (
	// NoticeConfig: a directive of ssh's configuration is not used here; the text says what to do instead.
	NoticeConfig = "configuration"
	// NoticeBanner: the host's message to everyone who logs in.
	NoticeBanner = "banner"
	// NoticeInstruction: a message of the host during the login that needs no answer,
	// such as that a code was sent to the user's phone.
	NoticeInstruction = "instruction"
	// NoticeHostKey: an unknown host's key was accepted without a prompt, or could not be saved.
	NoticeHostKey = "host-key"
	// NoticeRetry: the host closed the connection before the login, which is retried.
	NoticeRetry = "retry"
	// NoticeKey: a key was added to the agent, or could not be; or why one is not used, before a password is asked.
	NoticeKey = "key"
)

// Login progress, emitted when a stage completes.
const (
	// NoticeConnected: the host was reached and SSH negotiated; the text is its address.
	NoticeConnected = "connected"
	// NoticeHostKnown: its key is right; the text is the key's kind and fingerprint.
	NoticeHostKnown = "host-known"
	// NoticeLoggedIn: it let us in; the text is the key that it accepted, empty if
	// there was none.
	NoticeLoggedIn = "logged-in"
)

// Notice is something for the user to read that needs no answer.
type Notice struct {
	// Kind is one of the constants above.
	Kind string
	// Host is what it is about, as the user named it.
	Host string
	// Text is free of control characters but for line ends.
	Text string
}

// Unanswered returns the fault for a question that got no answer.
func Unanswered(ctx context.Context, tried string, err error) error {
	if fault.As(err) != nil {
		return err
	}
	if ctx.Err() != nil {
		return fault.ContextError(ctx, tried)
	}
	return &fault.Error{Code: fault.PromptUnanswered, Tried: tried, Answer: "the prompt was not answered",
		Advice: "Start again and answer it. Nothing was sent to the host.", Err: err}
}
