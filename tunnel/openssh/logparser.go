package openssh

import (
	"bytes"
	"errors"
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
	// maxHostNotices bounds the notices between two questions: a host can imitate what separates them.
	maxHostNotices = 3
)

// logParser reads what an ssh program writes at LogLevel DEBUG1: a login's
// progress, the host's messages, and why it failed. Programs of all versions use the same
// messages, always in English.
type logParser struct {
	notify func(kind, text string)
	// stop ends the program before it goes on; why is one of the errors below.
	stop func(why error)
	// onLine is called with each line; nil: it is not.
	onLine func(stage loginStage)
	// onReady is called once the login has succeeded and channels can be opened.
	onReady func()

	mu   sync.Mutex // guards the fields below
	rest []byte
	loginProgress
	host     hostKeyLog
	auth     authLog
	banner   hostOutput
	kept     []string // the program's own errors and warnings, the last ones
	kerberos bool     // a ticket is tried: lines are Kerberos' messages
}

// loginProgress is how far a login is.
type loginProgress struct {
	stage   loginStage
	address string // host and port that it connects to
	hostKey string // "ED25519 key SHA256:..."; empty: it was not shown yet
}

// hostKeyLog is what the log says about the host's key.
type hostKeyLog struct {
	asked     bool   // the user was asked about it
	changed   bool   // it is not the known one
	revoked   bool   // it is marked as revoked
	offending string // the place of the known key
}

// authLog is the progress of the authentication.
type authLog struct {
	offering   string   // the key that is offered
	accepted   string   // the key that the host accepts
	method     string   // with which it let us in
	methods    string   // what the host allows, as last logged
	offered    bool     // a key was offered, or would have been if the host accepted its kind
	notRSA     bool     // one of another kind than RSA was offered
	algorithms string   // of signatures, which the host accepts; empty: it did not say
	unwanted   []string // keys that were not offered, since the host accepts none of their kind
	excluded   []string // keys that were not offered, since the configuration excludes their kind
	partial    bool     // the last method succeeded and was not enough
	answered   bool     // the user's answer was given since the host last spoke
}

// hostOutput is the host's own output.
type hostOutput struct {
	beforeSSH []string // before or instead of SSH
	pending   []string // lines that may be the host's: they are, if more follow
	notices   int      // of its output, since its last question
	skipped   int      // lines that are not shown
}

// loginStage is the progress of a login.
type loginStage int

const (
	stageConnecting loginStage = iota
	stageConnected             // SSH has begun
	stageAsking                // the host's key is right, and authentication has begun
	stageIn                    // it let us in
)

// Why the log ends a login.
var (
	errRefused   = errors.New("what was typed was refused") // nothing else is tried
	errChanged   = errors.New("the host's key has changed")
	errNoMethods = errors.New("the host names no method") // the program would try them all
)

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
	case isDebug && w.host.changed:
		w.stop(errChanged) // the configuration would let it continue
	case isDebug:
		w.flushHost()
		w.progress(debug)
	case strings.HasPrefix(line, "debug"):
	case strings.HasPrefix(line, "Authenticated to "):
		w.flushHost()
		w.notifySkipped()
		w.loggedIn(line)
	case strings.Contains(line, "partial success"):
		w.auth.partial = true
	default:
		w.otherLine(line)
	}
}

var (
	connectingLine = regexp.MustCompile(`^Connecting to .* \[(.+)\] port (\d+)`)
	hostKeyLine    = regexp.MustCompile(`^Server host key: (\S+) (SHA256:\S+)`)
	methodPattern  = regexp.MustCompile(`using "([^"]+)"`)
	offendingLine  = regexp.MustCompile(`^Offending .* key in (.+)$`)
	signaturesLine = regexp.MustCompile(`server-sig-algs=<(.*)>`)
	skippedKeyLine = regexp.MustCompile(`^Skipping (\S+) key (.+) - corresponding algorithm not (supported by server|in PubkeyAccepted)`)
	beforeLine     = regexp.MustCompile(`(?:banner line \d+|ssh_exchange_identification): (.+)$`)
	// ownLine is a message of the program itself during authentication.
	ownLine = regexp.MustCompile(`^(PKCS#11 |pkcs11_|login failed|C_Login |sign_and_send_pubkey: |ssh_keysign: |sign using hostkey |could not open any host key)`)
)

// progress takes in a line of the program's own log.
func (w *logParser) progress(line string) {
	if w.details(line) {
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
		w.auth.offered, w.auth.notRSA = true, w.auth.notRSA || !strings.Contains(line, "RSA")
		_, w.auth.offering, _ = strings.Cut(line, ": ")
	case strings.HasPrefix(line, "Skipping "):
		w.keySkipped(line)
	case strings.HasPrefix(line, "Server accepts key: "):
		w.auth.accepted = keyDescription(w.auth.offering)
	case strings.HasPrefix(line, "Entering interactive session"):
		w.onReady()
	}
}

// details notes what a line tells of the host, and reports whether it does.
func (w *logParser) details(line string) bool {
	if m := connectingLine.FindStringSubmatch(line); m != nil {
		w.address = net.JoinHostPort(m[1], m[2])
		return true
	}
	if m := hostKeyLine.FindStringSubmatch(line); m != nil {
		w.hostKey = kindOf(m[1]) + " key " + m[2]
		return true
	}
	if m := signaturesLine.FindStringSubmatch(line); m != nil {
		w.auth.algorithms = m[1]
		return true
	}
	if m := beforeLine.FindStringSubmatch(line); m != nil && w.stage == stageConnecting && len(w.banner.beforeSSH) < maxLines {
		w.banner.beforeSSH = append(w.banner.beforeSSH, m[1])
		return true
	}
	return false
}

// keySkipped records a key that the program does not offer: since OpenSSH 10.0 it skips
// keys whose signatures the host does not accept.
func (w *logParser) keySkipped(line string) {
	m := skippedKeyLine.FindStringSubmatch(line)
	if m == nil {
		return
	}
	key := m[2] + " (" + kindOf(m[1]) + ")"
	if m[3] == "supported by server" {
		w.auth.unwanted = append(w.auth.unwanted, key)
		w.auth.notRSA = w.auth.notRSA || kindOf(m[1]) != "RSA"
	} else {
		w.auth.excluded = append(w.auth.excluded, key)
	}
}

// kindOf returns the usual name for an algorithm's kind of key.
func kindOf(algorithm string) string {
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		if strings.Contains(algorithm, kind) {
			return strings.ToUpper(kind)
		}
	}
	return algorithm
}

// keyDescription returns "FILE (SHA256:...)" of "FILE ED25519 SHA256:... explicit".
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

// methodsLeft handles the line after each method that was refused or not enough.
func (w *logParser) methodsLeft(methods string) {
	refused, none := w.auth.answered && !w.auth.partial, methods == "" && !w.auth.partial
	w.auth.methods, w.auth.answered, w.auth.partial = methods, false, false
	switch {
	case refused:
		w.stop(errRefused)
	case none:
		w.stop(errNoMethods)
	}
}

func (w *logParser) loggedIn(line string) {
	if m := methodPattern.FindStringSubmatch(line); m != nil {
		w.auth.method = m[1]
	}
	key := ""
	if w.auth.method == "publickey" || w.auth.method == "" {
		key = w.auth.accepted
	}
	w.setStage(stageIn, prompts.NoticeLoggedIn, key)
}

// otherLine handles a line that is neither: an error, a warning, or the host's message.
func (w *logParser) otherLine(line string) {
	switch {
	case strings.Contains(line, "REMOTE HOST IDENTIFICATION HAS CHANGED"):
		w.host.changed = true
	case strings.Contains(line, "REVOKED HOST KEY DETECTED"):
		w.host.changed, w.host.revoked = true, true
	case offendingLine.MatchString(line):
		w.host.offending = offendingLine.FindStringSubmatch(line)[1]
	case strings.HasPrefix(line, "no such identity: "):
		return // named in the configuration but missing: not worth a notice
	case w.kerberos, ownLine.MatchString(line):
		w.keepOnce(line)
		return
	case strings.Contains(line, "Permission denied, please try again"):
		w.stop(errRefused)
	case strings.HasPrefix(line, "Warning: Permanently added") && !w.host.asked:
		w.notify(prompts.NoticeHostKey, "the host was not known; its "+w.hostKey+" was accepted without asking, as the ssh configuration says")
		return
	}
	if w.stage == stageAsking {
		if len(w.banner.pending) < maxHostLines {
			w.banner.pending = append(w.banner.pending, line)
		} else {
			w.banner.skipped++
		}
		return
	}
	w.keep(line)
}

func (w *logParser) keep(lines ...string) { w.kept = lastOf(append(w.kept, lines...), maxLines) }

// keepOnce skips empty lines and repetitions.
func (w *logParser) keepOnce(line string) {
	if line != "" && !slices.Contains(w.kept, line) {
		w.keep(line)
	}
}

func lastOf(lines []string, most int) []string { return lines[max(0, len(lines)-most):] }

// flushHost passes on the host's output so far: first its banner, then
// instructions. At a program's exit they are its own messages.
func (w *logParser) flushHost() {
	lines := w.banner.pending
	w.banner.pending = nil
	text := bounded.Text(strings.Join(lines, "\n"), sshauth.MaxBanner)
	switch {
	case text == "":
	case containsAny(text, exitMessages):
		w.keep(lines...)
	case w.banner.notices >= maxHostNotices:
		w.banner.skipped += len(lines)
	case w.auth.methods == "":
		w.banner.notices++
		w.notify(prompts.NoticeBanner, text)
	default:
		w.banner.notices++
		w.notify(prompts.NoticeInstruction, text)
	}
}

// notifySkipped reports how much of the host's output was not shown, at the end of
// a login.
func (w *logParser) notifySkipped() {
	if w.banner.skipped > 0 {
		w.notify(prompts.NoticeBanner, fmt.Sprintf("%d more lines, which are not shown", w.banner.skipped))
		w.banner.skipped = 0
	}
}

// exitMessages are in texts of the program's, not the host's.
var exitMessages = []string{"Permission denied", "Connection closed by", "Connection reset by", "Received disconnect", "Disconnected from", "Too many authentication failures"}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// prompted notes a question to the user: typed, if it was for a secret of the host's.
func (w *logParser) prompted(typed, hostKey bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.banner.notices = 0
	w.auth.answered = w.auth.answered || typed && w.stage == stageAsking // else it is for a host in between
	w.host.asked = w.host.asked || hostKey
}

// flushHostLines passes on the host's message before its question is shown.
func (w *logParser) flushHostLines() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flushHost()
}

// now returns the login's progress.
func (w *logParser) now() loginProgress {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.loginProgress
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
