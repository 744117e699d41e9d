package share

import (
	"encoding/json"
	"errors"
	"time"

	"go.uber.org/zap/zapcore"
	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// protocol is in the socket's name: a daemon with another one is not used. Increment it with
// every change of what is sent: by this file, transport.go and bulk.go, and in the types of other
// packages, such as fault.Error and sshconfig.Target.
const protocol = 5

// The global requests. Their payloads, and those of replies, are JSON.
const (
	requestLogin   = "login@sunpyter"    // to the daemon: loginRequest, answered by loginAnswer or a fault
	requestKeepFor = "keep-for@sunpyter" // to the daemon: time.Duration, a new Linger
	requestPrompt  = "prompt@sunpyter"   // to the client: promptRequest, answered by promptAnswer
	requestNotice  = "notice@sunpyter"   // to the client: prompts.Notice
	requestLog     = "log@sunpyter"      // to the client: logLine
	requestLost    = "lost@sunpyter"     // to the client: a fault; the host's connection has ended
)

// The channels that the daemon serves itself; all others are the host's. Their payload is JSON.
const (
	channelSign  = "sign@sunpyter"  // signRequest; what can be read is the signature, or the refusal says why there is none
	channelAlive = "alive@sunpyter" // aliveRequest; opened if the host is alive, else refused
	channelBulk  = "bulk@sunpyter"  // bulkRequest; a channel of the host whose bytes take a data connection
)

// reasonNone is the reason of a channel's refusal that is not the host's.
const reasonNone ssh.RejectionReason = 0

// loginRequest asks for the connection.
type loginRequest struct {
	Target         sshconfig.Target
	ConnectTimeout time.Duration
	Prefer         string
	// Join: the client wants a connection that exists or is being made; none is made for it.
	Join bool
	// Linger is how long the connection is kept after the client's end.
	Linger time.Duration
}

// loginAnswer describes the connection to a client.
type loginAnswer struct{ Info tunnel.ConnInfo }

// promptRequest is one question; one of the two is set.
type promptRequest struct {
	Secret  *prompts.SecretQuestion
	Confirm *prompts.ConfirmQuestion
}

// promptAnswer is the user's answer to it.
type promptAnswer struct {
	Value string
	Yes   bool
	Fault *fault.Error
}

// logLine is a line of the daemon's log.
type logLine struct {
	Level   zapcore.Level
	Message string
}

type signRequest struct {
	Algorithm string
	Key, Data []byte
}

type aliveRequest struct {
	Patience time.Duration
	// Probe: a silent connection is closed; see tunnel.Conn.Probe.
	Probe bool
}

// faultOf converts an error for the wire, which has no causes.
func faultOf(err error) *fault.Error {
	if f := fault.As(err); f != nil {
		return f
	}
	return &fault.Error{Code: fault.Internal, Tried: "logging in", Answer: err.Error(), Advice: "Try again."}
}

// call sends a request and waits for its reply. ok is the peer's answer.
func call(conn ssh.Conn, name string, message any) (ok bool, reply []byte, err error) {
	payload, err := json.Marshal(message)
	if err != nil {
		return false, nil, err
	}
	return conn.SendRequest(name, true, payload)
}

// send sends a request that has no reply.
func send(conn ssh.Conn, name string, message any) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, _, err = conn.SendRequest(name, false, payload)
	return err
}

// reply answers a request.
func reply(r *ssh.Request, ok bool, message any) {
	payload, err := json.Marshal(message)
	_ = r.Reply(ok && err == nil, payload)
}

// refuse rejects a channel for the reason in err.
func refuse(channel ssh.NewChannel, err error) {
	if refusal, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
		_ = channel.Reject(refusal.Reason, refusal.Message)
		return
	}
	_ = channel.Reject(reasonNone, err.Error())
}

// refusalOf returns the daemon's error for a channel that was not opened.
func refusalOf(err error) error {
	if refusal, ok := errors.AsType[*ssh.OpenChannelError](err); ok && refusal.Reason == reasonNone {
		return errors.New(refusal.Message)
	}
	return err
}
