package tunnel

import "go.uber.org/zap"

// What a Notice is about.
const (
	// NoticeConfig: a directive of ssh's configuration is not used here; the text names the way out.
	NoticeConfig = "configuration"
	// NoticeBanner: what the host says to all who log in, in its own words.
	NoticeBanner = "banner"
	// NoticeInstruction: what the host says to us while we log in and wants no answer
	// to: that a message went to the person's telephone.
	NoticeInstruction = "instruction"
	// NoticeHostKey: an unknown host's key was taken unasked, or could not be written down.
	NoticeHostKey = "host-key"
	// NoticeRetry: the host closed the connection before the login, which is tried once more.
	NoticeRetry = "retry"
	// NoticeKey: a key was added to the agent, or could not be.
	NoticeKey = "key"
)

// The stages of a login, each told when it is behind us. Nobody has to read them.
const (
	// NoticeConnected: the host was reached and SSH agreed on; the text is its address.
	NoticeConnected = "connected"
	// NoticeHostKnown: its key is right; the text is the key's kind and fingerprint.
	NoticeHostKnown = "host-known"
	// NoticeLoggedIn: it let us in; the text is the key that it accepted, empty where
	// it was none.
	NoticeLoggedIn = "logged-in"
)

// Notice is something for the person to read that needs no answer.
type Notice struct {
	// Kind is one of the constants above.
	Kind string
	// Host is what it is about, as the person named it.
	Host string
	// Text is free of control characters but for line ends.
	Text string
}

// tell logs a notice and passes it on, if anybody listens.
func (o *Options) tell(n Notice) {
	o.log().Info("notice", zap.String("host", n.Host), zap.String("about", n.Kind), zap.String("text", n.Text))
	if o.Notice != nil {
		o.Notice(n)
	}
}
