package tunnel

import (
	"context"
	"fmt"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// retryReason is why an attempt that failed may be followed by another.
type retryReason int

const (
	noRetry     retryReason = iota
	retryAnswer             // the host hung up while the user typed; nothing was sent
	retryBusy               // the host closed the connection before the login for want of room
)

// retry decides whether an attempt that failed with err is followed by another, and waits for
// its time. A refused login never is.
func (d *dialer) retry(ctx context.Context, why retryReason, err error) bool {
	switch {
	case ctx.Err() != nil:
	case why == retryAnswer && !d.askedAgain:
		d.askedAgain = true
		d.tell(prompts.NoticeRetry, "the host waited no longer for the answer and closed the connection. Nothing was sent; connecting again with the answer that was given.")
		return true
	case why == retryBusy && d.target.ProxyCommand == "" && d.retries < maxRetries:
		pause := d.backoff.Next()
		d.retries++
		d.tell(prompts.NoticeRetry, fmt.Sprintf("the host closed the connection before the login, as busy hosts do (%s). No login was refused; trying again in %.1f s (%d of %d).",
			fault.As(err).Answer, pause.Seconds(), d.retries, maxRetries))
		return retry.Sleep(ctx, pause)
	}
	return false
}

func (d *dialer) tell(kind, text string) {
	d.opts.tell(prompts.Notice{Kind: kind, Host: d.target.Name, Text: text})
}
