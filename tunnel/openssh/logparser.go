package openssh

import (
	"bytes"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

const (
	// maxLine is the longest line that is read, in bytes.
	maxLine = 8 << 10
	// maxLines and maxHostLines are how many lines are kept.
	maxLines, maxHostLines = 12, 400
	// maxHostNotices is how many notices of a host's words are shown without a question
	// in between. A host can imitate the lines that separate them.
	maxHostNotices = 3
)

// logParser reads what an ssh program writes at LogLevel DEBUG1: how far a login
// is, what the host says, and why it failed. Programs of all ages use the same
// messages, in English alone.
type logParser struct {
	notify func(kind, text string)
	// stop ends the program: what comes next must not come.
	stop func(why stopReason)
	// onLine is called with each line; nil: it is not.
	onLine func(stage loginStage)
	// onReady is called once the login is behind us and connections can be opened.
	onReady func()

	mu        sync.Mutex // guards the fields below
	rest      []byte
	stage     loginStage
	address   string   // whom it connects to
	hostKey   string   // the host's, as describeKey has it
	accepted  string   // the key that the host accepts
	offering  string   // the key that is offered
	method    string   // by which it let us in
	methods   string   // what the host allows, as last logged
	offered   bool     // a key was offered
	notRSA    bool     // one of another kind than RSA was
	partial   bool     // the last method succeeded and was not enough
	answered  bool     // the user's answer was given since the host last spoke
	asked     bool     // the user was asked about the host's key
	changed   bool     // the host's key is not the known one
	revoked   bool     // it is marked as one not to be trusted
	offending string   // the place of the known key
	kept      []string // the program's own errors and warnings, the last ones
	beforeSSH []string // what the host said before or instead of SSH
	pending   []string // lines that may be the host's: they are, if more comes
	notices   int      // of the host's words, since its last question
	skipped   int      // lines of the host's that are not shown
	kerberos  bool     // a ticket is tried: lines are Kerberos' messages
}

// loginStage is how far a login is.
type loginStage int

const (
	stageConnecting loginStage = iota
	stageConnected             // SSH is spoken
	stageAsking                // the host's key is right, and the host asks who we are
	stageIn                    // it let us in
)

// stopReason is why a login is stopped.
type stopReason int

const (
	stopRefused stopReason = iota // what was typed was refused: nothing is tried after it
	stopChanged                   // the host's key has changed
)

func newLogParser(tell func(kind, text string), stop func(stopReason), entered func()) *logParser {
	return &logParser{notify: tell, stop: stop, onReady: entered}
}

// Write parses a piece of the program's log.
func (w *logParser) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			break
		}
		w.rest = rest
		w.line(strings.TrimRight(string(line), "\r"))
	}
	if len(w.rest) > maxLine {
		w.rest = nil
	}
	return len(p), nil
}

// line takes in one line; w.mu is held, as in all that follow.
func (w *logParser) line(line string) {
	if w.onLine != nil {
		defer func() { w.onLine(w.stage) }()
	}
	debug, isDebug := strings.CutPrefix(line, "debug1: ")
	switch {
	case isDebug && w.changed:
		w.stop(stopChanged) // the configuration would have it go on
	case isDebug:
		w.flushHost()
		w.progress(debug)
	case strings.HasPrefix(line, "debug"):
	case strings.HasPrefix(line, "Authenticated to "):
		w.flushHost()
		w.notifySkipped()
		w.loggedIn(line)
	case strings.Contains(line, "partial success"):
		w.partial = true
	default:
		w.otherLine(line)
	}
}

var (
	connectingLine = regexp.MustCompile(`^Connecting to .* \[(.+)\] port (\d+)`)
	hostKeyLine    = regexp.MustCompile(`^Server host key: (\S+) (SHA256:\S+)`)
	methodPattern  = regexp.MustCompile(`using "([^"]+)"`)
	offendingLine  = regexp.MustCompile(`^Offending .* key in (.+)$`)
	beforeLine     = regexp.MustCompile(`(?:banner line \d+|ssh_exchange_identification): (.+)$`)
	// ownLine is what the program says of itself while the host asks who we are.
	ownLine = regexp.MustCompile(`^(PKCS#11 |pkcs11_|login failed|C_Login |sign_and_send_pubkey: |ssh_keysign: |sign using hostkey |could not open any host key)`)
)

// progress takes in a line of the program's own log.
func (w *logParser) progress(line string) {
	if m := connectingLine.FindStringSubmatch(line); m != nil {
		w.address = net.JoinHostPort(m[1], m[2])
		return
	}
	if m := hostKeyLine.FindStringSubmatch(line); m != nil {
		w.hostKey = kindOf(m[1]) + " key " + m[2]
		return
	}
	if m := beforeLine.FindStringSubmatch(line); m != nil && w.stage == stageConnecting && len(w.beforeSSH) < maxLines {
		w.beforeSSH = append(w.beforeSSH, m[1])
		return
	}
	switch {
	case strings.HasPrefix(line, "Remote protocol version"):
		w.setStage(stageConnected, prompts.NoticeConnected, w.address)
	case strings.HasPrefix(line, "SSH2_MSG_NEWKEYS sent"):
		w.setStage(stageAsking, prompts.NoticeHostKnown, w.hostKey)
	case strings.HasPrefix(line, "Authentications that can continue: "):
		w.methodsLeft(strings.TrimPrefix(line, "Authentications that can continue: "))
	case strings.HasPrefix(line, "Next authentication method: "):
		w.kerberos = strings.Contains(line, "gssapi")
	case strings.HasPrefix(line, "Offering "):
		w.offered, w.notRSA = true, w.notRSA || !strings.Contains(line, "RSA")
		_, w.offering, _ = strings.Cut(line, ": ")
	case strings.HasPrefix(line, "Server accepts key: "):
		w.accepted = keyDescription(w.offering)
	case strings.HasPrefix(line, "Entering interactive session"):
		w.onReady()
	}
}

// kindOf is what people call a key of an algorithm.
func kindOf(algorithm string) string {
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		if strings.Contains(algorithm, kind) {
			return strings.ToUpper(kind)
		}
	}
	return algorithm
}

// keyDescription is "FILE (SHA256:...)" of "FILE ED25519 SHA256:... explicit".
func keyDescription(line string) string {
	words := strings.Fields(line)
	for i, word := range words {
		if strings.HasPrefix(word, "SHA256:") && i >= 2 {
			return strings.Join(words[:i-1], " ") + " (" + word + ")"
		}
	}
	return line
}

func (w *logParser) setStage(stage loginStage, kind, text string) {
	if w.stage < stage {
		w.stage = stage
		w.notify(kind, text)
	}
}

// methodsLeft handles what follows each method that was refused or not enough.
func (w *logParser) methodsLeft(methods string) {
	refused := w.answered && !w.partial
	w.methods, w.answered, w.partial = methods, false, false
	if refused {
		w.stop(stopRefused)
	}
}

func (w *logParser) loggedIn(line string) {
	if m := methodPattern.FindStringSubmatch(line); m != nil {
		w.method = m[1]
	}
	key := ""
	if w.method == "publickey" || w.method == "" {
		key = w.accepted
	}
	w.setStage(stageIn, prompts.NoticeLoggedIn, key)
}

// otherLine handles a line that is neither: an error, a warning, or the host's message.
func (w *logParser) otherLine(line string) {
	switch {
	case strings.Contains(line, "REMOTE HOST IDENTIFICATION HAS CHANGED"):
		w.changed = true
	case strings.Contains(line, "REVOKED HOST KEY DETECTED"):
		w.changed, w.revoked = true, true
	case offendingLine.MatchString(line):
		w.offending = offendingLine.FindStringSubmatch(line)[1]
	case strings.HasPrefix(line, "no such identity: "):
		return // named in the configuration and not there: no news
	case w.kerberos, ownLine.MatchString(line):
		w.keepOnce(line)
		return
	case strings.Contains(line, "Permission denied, please try again"):
		w.stop(stopRefused)
	case strings.HasPrefix(line, "Warning: Permanently added") && !w.asked:
		w.notify(prompts.NoticeHostKey, "the host was not known; its "+w.hostKey+" was taken unasked, as the ssh configuration says")
		return
	}
	if w.stage == stageAsking {
		if len(w.pending) < maxHostLines {
			w.pending = append(w.pending, line)
		} else {
			w.skipped++
		}
		return
	}
	w.keep(line)
}

func (w *logParser) keep(lines ...string) { w.kept = lastOf(append(w.kept, lines...), maxLines) }

// keepOnce passes over empty lines, and those that were said before.
func (w *logParser) keepOnce(line string) {
	if line != "" && !slices.Contains(w.kept, line) {
		w.keep(line)
	}
}

func lastOf(lines []string, most int) []string { return lines[max(0, len(lines)-most):] }

// flushHost passes on what the host has said so far: first its banner, then
// instructions. At a program's exit they are its own messages.
func (w *logParser) flushHost() {
	lines := w.pending
	w.pending = nil
	text := bounded.Text(strings.Join(lines, "\n"), sshauth.MaxBanner)
	switch {
	case text == "":
	case isExitMessage(text):
		w.keep(lines...)
	case w.notices >= maxHostNotices:
		w.skipped += len(lines)
	case w.methods == "":
		w.notices++
		w.notify(prompts.NoticeBanner, text)
	default:
		w.notices++
		w.notify(prompts.NoticeInstruction, text)
	}
}

// notifySkipped reports how much of the host's words was not shown. It is for the end of
// a login.
func (w *logParser) notifySkipped() {
	if w.skipped > 0 {
		w.notify(prompts.NoticeBanner, fmt.Sprintf("%d more lines, which are not shown", w.skipped))
		w.skipped = 0
	}
}

// isExitMessage reports whether text is the program's, not the host's.
func isExitMessage(text string) bool {
	for _, words := range []string{"Permission denied", "Connection closed by", "Connection reset by", "Received disconnect", "Disconnected from", "Too many authentication failures"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// prompted notes a question to the user: typed, if it was for a secret of the host's.
func (w *logParser) prompted(typed, hostKey bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notices = 0
	w.answered = w.answered || typed && w.stage == stageAsking // else it is for a host in between
	w.asked = w.asked || hostKey
}

// flushHostLines passes the host's message on before its question is shown.
func (w *logParser) flushHostLines() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flushHost()
}

// remoteAddress returns the address that the program has logged.
func (w *logParser) remoteAddress() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.address
}

// currentStage is how far the login is.
func (w *logParser) currentStage() loginStage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stage
}

// lastLine returns the program's last message; empty: none.
func (w *logParser) lastLine() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.kept) == 0 {
		return ""
	}
	return bounded.Text(w.kept[len(w.kept)-1], 300)
}
