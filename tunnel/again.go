package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/internal/retry"
)

// again decides whether an attempt that failed with err is followed by another,
// and waits for its time. A refused login never is.
func (d *dialling) again(ctx context.Context, l *login, err error) bool {
	if l == nil || ctx.Err() != nil {
		return false
	}
	if l.cutOff && !l.sent && !d.askedInTime {
		d.askedInTime = true
		d.tellRetry("the host waited no longer for the answer and closed the connection. Nothing was sent; connecting again with the answer that was given.")
		return true
	}
	if !l.turnedAway || d.target.ProxyCommand != "" || d.retries >= maxRetries {
		return false
	}
	pause := d.backoff.Next()
	d.retries++
	d.tellRetry(fmt.Sprintf("the host closed the connection before the login, as busy hosts do (%s). No login was refused; trying again in %.1f s (%d of %d).",
		asFault(err).Answer, pause.Seconds(), d.retries, maxRetries))
	return retry.Sleep(ctx, pause)
}

func (d *dialling) tellRetry(text string) { d.tell(NoticeRetry, text) }

func (d *dialling) tell(kind, text string) {
	d.opts.tell(Notice{Kind: kind, Host: d.target.Name, Text: text})
}

// turnedAway reports whether a host that was not heard out closed the
// connection for want of room: silently, with sshd's own words for it, or in the
// middle of the key exchange. Anything else that it says instead of SSH is not sshd.
func turnedAway(err error, words string, spokeSSH bool) bool {
	return closedByHost(err) && isBusy(words, spokeSSH)
}

// isBusy reports whether words before or instead of SSH are those of an sshd that has
// no room.
func isBusy(words string, spokeSSH bool) bool {
	for _, known := range []string{"Exceeded MaxStartups", "Not allowed at this time", "Too many connections"} {
		if strings.Contains(words, known) {
			return true
		}
	}
	return spokeSSH || words == ""
}

func closedByHost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isAny(err, resets)
}
