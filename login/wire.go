package login

import (
	"errors"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// protocol is in the socket's name: a keeper that speaks another is not used. Raise
// it with every change of what is in this file and in frame.go.
const protocol = 2

// The frames. The first on a connection says what it is for.
const (
	forLogin   = 'L' // loginRequest: for as long as the connection is used
	forChannel = 'C' // channelRequest
	forSign    = 'S' // signRequest, answered by signAnswer
	forAlive   = 'A' // aliveRequest, answered by aliveAnswer

	question   = '?' // to the client: questionAsked
	answer     = '!' // to the keeper: questionAnswer
	keepFor    = 'k' // to the keeper: time.Duration, another Linger
	notice     = 'n' // to the client: prompts.Notice
	logged     = 'l' // to the client: logLine
	loggedIn   = 'o' // to the client: loginAnswer
	notLogged  = 'e' // to the client: wireFault
	answered   = 'a' // to the client: what a request asked for
	opened     = 'O' // to the client: the channel is open; no payload
	notOpened  = 'F' // to the client: openFault
	data       = 'd' // both ways: bytes of the stream
	errorData  = 'x' // to the client: bytes of stderr
	endOfData  = 'w' // both ways: no more bytes follow
	request    = 'r' // both ways: channelMessage, without an answer
	taken      = 'c' // to the client: so many bytes have been sent on
	channelEnd = 'z' // to the client: the channel was closed by the host
)

// loginRequest asks for the connection.
type loginRequest struct {
	Target         sshconfig.Target
	ConnectTimeout time.Duration
	Prefer         string
	// Join: the client wants a connection that is there, or will be; it logs in to nothing.
	Join bool
	// Linger is how long the connection is kept after the client's end.
	Linger time.Duration
}

// loginAnswer tells a client what it got.
type loginAnswer struct {
	// User is the client's own name for its further requests.
	User  string
	Facts tunnel.Facts
}

// questionAsked is one question; one of the two is set.
type questionAsked struct {
	Secret  *prompts.SecretQuestion
	Confirm *prompts.ConfirmQuestion
}

// questionAnswer is a person's answer to it.
type questionAnswer struct {
	Value string
	Yes   bool
	Fault *wireFault
}

// logLine is a line of the keeper's log.
type logLine struct {
	Level   string
	Message string
}

// channelRequest opens a channel; it stays on its connection.
type channelRequest struct {
	User    string
	Kind    string
	Payload []byte
}

// openFault is why a channel is not open. Reason is the host's; 0: the
// connection's end, or another cause.
type openFault struct {
	Reason  ssh.RejectionReason
	Message string
}

func (f *openFault) err() error {
	if f.Reason != 0 {
		return &ssh.OpenChannelError{Reason: f.Reason, Message: f.Message}
	}
	return errors.New(f.Message)
}

// openFaultOf makes an error ready for the wire.
func openFaultOf(err error) *openFault {
	if refusal, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
		return &openFault{Reason: refusal.Reason, Message: refusal.Message}
	}
	return &openFault{Message: err.Error()}
}

// channelMessage is a request on a channel, such as a command or its exit status.
type channelMessage struct {
	Type    string
	Payload []byte
}

type signRequest struct {
	User, Algorithm string
	Key, Data       []byte
}

type signAnswer struct {
	Signature *ssh.Signature
	Fault     string
}

type aliveRequest struct {
	User     string
	Patience time.Duration
	// Probe: a silent connection is to end; see tunnel.Conn.Probe.
	Probe bool
}

type aliveAnswer struct{ Alive bool }

// wireFault is a fault.Error on the wire.
type wireFault struct {
	Code                  fault.Code
	Tried, Answer, Advice string
}

func (f *wireFault) err() error {
	return &fault.Error{Code: f.Code, Tried: f.Tried, Answer: f.Answer, Advice: f.Advice}
}

// wireFaultOf makes an error ready for the wire.
func wireFaultOf(err error) *wireFault {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return &wireFault{f.Code, f.Tried, f.Answer, f.Advice}
	}
	return &wireFault{Code: fault.Internal, Tried: "logging in", Answer: err.Error(), Advice: "Try again."}
}
