package tunnel

import "go.uber.org/zap"

// What a Notice is about.
const (
	// NoticeConfig: a directive of ssh's configuration is not used here; the text names the way out.
	NoticeConfig = "configuration"
	// NoticeBanner: what the host says, in its own words.
	NoticeBanner = "banner"
	// NoticeHostKey: an unknown host's key was taken unasked, or could not be written down.
	NoticeHostKey = "host-key"
	// NoticeRetry: the host closed the connection before the login, which is tried once more.
	NoticeRetry = "retry"
	// NoticeKey: a key was added to the agent, or could not be.
	NoticeKey = "key"
)

// Notice is something for the person to read that needs no answer.
type Notice struct {
	// Kind is one of the Notice constants.
	Kind string
	// Host is what it is about, as the person named it.
	Host string
	// Text is free of control characters but for line ends.
	Text string
}

// tell logs a notice and passes it on, if anybody listens.
func (o *Options) tell(n Notice) {
	o.log().Info("notice", zap.String("host", n.Host), zap.String("about", n.Kind), zap.String("text", n.Text))
	if o.Notice != nil && n.Text != "" {
		o.Notice(n)
	}
}
