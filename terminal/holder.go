package terminal

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// warnBefore is how long before the time limit the user is told of it.
const warnBefore = 10 * time.Minute

// holder holds one kernel for a user at a terminal: it starts it, shows what
// happens to it, and releases it. One goroutine runs it; what the server says
// comes to that goroutine through news.
type holder struct {
	notes
	options startOptions
	client  *client
	story   *story
	emitter *emitter

	signals     <-chan os.Signal
	news        chan func()
	over        chan struct{}    // closed when nobody takes news any more
	onInterrupt func()           // what the first signal does, beside being counted
	interrupts  int              // signals so far, those after the first only by Ctrl+C
	stopping    time.Time        // when the first came
	pressed     time.Time        // when the last that counted came
	patience    <-chan time.Time // fires when the wait after it is over
	gaveUp      bool
	unsure      bool // the server goes on with the release
	unused      unused
	away        away
	ended       chan protocol.Session // gets the session that ended by itself
}

func newHolder(p *program, o startOptions, signals <-chan os.Signal) *holder {
	n := p.notes(o.clientFlags)
	return &holder{
		notes: n, options: o, signals: signals,
		story:   &story{screen: n.screen, now: time.Now, taken: o.take != nil},
		emitter: newEmitter(p.out, o.json),
		news:    make(chan func(), 64),
		over:    make(chan struct{}),
		ended:   make(chan protocol.Session, 1),
	}
}

// handler returns what the connection tells the holder through.
func (h *holder) handler() *handler {
	return &handler{
		session:  func(s protocol.Session) { h.tell(func() { h.changed(s) }) },
		progress: func(p protocol.ProgressParams) { h.tell(func() { h.progressed(p) }) },
		message:  h.logged,
		show:     h.shown,
		ask:      &asker{screen: h.screen, open: openTTY, note: h.note},
	}
}

// tell hands news to the holder's goroutine, and waits for a place only while that is there.
func (h *holder) tell(news func()) {
	select {
	case h.news <- news:
	case <-h.over:
	}
}

// progressed takes the server's own words for what it does now.
func (h *holder) progressed(p protocol.ProgressParams) {
	if h.interrupts == 0 && p.Kind != protocol.ProgressEnd {
		h.story.progress(p.Message)
	}
}

// changed takes the session as it is now.
func (h *holder) changed(s protocol.Session) {
	h.emitter.emit(event{Event: "session", Session: &s})
	if h.interrupts == 0 {
		h.story.session(s)
		h.changedUse(s)
		h.changedLink(s)
	} else {
		h.story.last = s
	}
	if s.State == protocol.StateEnded {
		select {
		case h.ended <- s:
		default:
		}
	}
}

// hold is the kernel's whole life. The error is what the command ends with.
func (h *holder) hold() error {
	result, err := h.begin()
	if err == nil && h.interrupts == 0 {
		h.announce(result)
		err = h.stay(result.Session)
	}
	ready := err == nil
	if ready || h.interrupts > 0 {
		// After a failure that is not ours there is nothing to release any more.
		return h.finish(ready, err)
	}
	return h.failed(err)
}

// announce tells that the kernel can be used, and opens it.
func (h *holder) announce(r protocol.KernelStartResult) {
	h.emitter.emit(event{Event: "ready", Session: &r.Session, URL: r.URL, Token: r.Token, Link: r.Link})
	h.story.session(r.Session)
	h.story.place(r)
	if h.options.noBrowser || h.options.json {
		return
	}
	h.client.handler.work.Go(func() { h.openLink(r.Session.ID) })
}

// openLink has the server open the browser with a link of its own, since each works once and
// the user has the other.
func (h *holder) openLink(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), helloTime)
	defer cancel()
	var link protocol.KernelLinkResult
	err := h.client.call(ctx, protocol.MethodKernelLink, protocol.KernelLinkParams{SessionID: id, Open: true}, &link)
	switch {
	case err != nil:
		h.screen.line("(Could not open a browser: %v. Open the link yourself.)", err)
	case !link.Opened:
		h.screen.line("(Could not open a browser: %s. Open the link yourself.)", link.Reason)
	}
}

// stay waits until the user ends the kernel, which is no error, or it ends.
func (h *holder) stay(s protocol.Session) error {
	stop := make(chan struct{})
	h.onInterrupt = func() { close(stop) }
	defer func() { h.unused.drop(); h.away.drop() }()
	var warning <-chan time.Time
	if s.EndsAt != nil && time.Until(*s.EndsAt) > warnBefore {
		timer := time.NewTimer(time.Until(*s.EndsAt) - warnBefore)
		defer timer.Stop()
		warning = timer.C
	}
	for {
		select {
		case news := <-h.news:
			news()
		case <-warning:
			h.screen.line("%s  Job %s reaches its time limit in 10 min (%s). Save anything you need to a file.", h.story.time(), s.JobID, clock(*s.EndsAt, h.story.now()))
		case ended := <-h.ended:
			return endedByItself(ended)
		case <-h.client.lost():
			return h.client.died()
		case sig := <-h.signals:
			h.interrupt(sig)
		case <-stop:
			return nil
		}
	}
}

// endedByItself returns the cause of an end that nobody here asked for.
func endedByItself(s protocol.Session) error {
	if s.Cause != nil {
		return &failure{*s.Cause}
	}
	return fail(fault.JobEnded, fmt.Sprintf("keeping job %s running", s.JobID), "it has ended", "Start another kernel.")
}

// failed says what went wrong, for whom it may concern.
func (h *holder) failed(err error) error {
	h.screen.close()
	return h.emitter.failed(err)
}
