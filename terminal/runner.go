package terminal

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// warnBefore is how long before the time limit the user is warned.
const warnBefore = 10 * time.Minute

// runner owns one kernel for a user at a terminal: it starts it, shows its state, and releases it.
// It runs on one goroutine; notifications from the server reach it through events.
type runner struct {
	messages
	options  startOptions
	client   *rpcclient.Client
	progress *progressPrinter
	emitter  *emitter

	interrupts                interrupts
	events                    chan func()
	done                      chan struct{} // closed when run has returned
	unconfirmed               bool          // the server continues the release by itself
	reconnectOffer, idleOffer offer
	idleEndsAt                time.Time             // of the current idle offer; zero: none
	ended                     chan protocol.Session // receives a session that has ended
}

func newRunner(p *program, o startOptions, signals <-chan os.Signal) *runner {
	n := p.newMessages(o.Options)
	return &runner{
		messages: n, options: o, interrupts: interrupts{signals: signals},
		progress: &progressPrinter{screen: n.screen, now: time.Now, adopted: o.adopt != nil},
		emitter:  newEmitter(p.out, o.JSON),
		events:   make(chan func(), 64),
		done:     make(chan struct{}),
		ended:    make(chan protocol.Session, 1),
	}
}

// handler returns the connection's handler, which passes notifications to the runner.
func (r *runner) handler() *rpcclient.Handler {
	return &rpcclient.Handler{
		Session:  func(p protocol.SessionDidChangeParams) { r.post(func() { r.onSession(p.Session) }) },
		Progress: func(p protocol.ProgressParams) { r.post(func() { r.onProgress(p) }) },
		Message:  r.logMessage,
		Show:     r.showMessage,
		Prompter: r.prompter(),
	}
}

// post sends an event to run's goroutine, unless that has ended.
func (r *runner) post(news func()) {
	select {
	case r.events <- news:
	case <-r.done:
	}
}

// onProgress shows the server's progress message.
func (r *runner) onProgress(p protocol.ProgressParams) {
	if r.interrupts.count == 0 && p.Kind != protocol.ProgressEnd {
		r.progress.setProgress(p.Message)
	}
}

// onSession handles a changed session.
func (r *runner) onSession(s protocol.Session) {
	r.emitter.emit(event{Event: "session", Session: &s})
	if r.interrupts.count == 0 {
		r.progress.printSession(s)
		r.updateIdleOffer(s)
		r.updateReconnectOffer(s)
	} else {
		r.progress.last = s
	}
	if s.State == protocol.StateEnded {
		select {
		case r.ended <- s:
		default:
		}
	}
}

// run runs the kernel's whole life and returns what the command ends with.
func (r *runner) run() error {
	result, err := r.startKernel()
	if err == nil && r.interrupts.count == 0 {
		r.announce(result)
		err = r.awaitEnd(result.Session)
	}
	ready := err == nil
	if ready || r.interrupts.count > 0 {
		// If it failed by itself, nothing is left to release.
		return r.finish(ready, err)
	}
	return r.fail(err)
}

// announce prints that the kernel is ready, and opens it.
func (r *runner) announce(result protocol.KernelStartResult) {
	r.emitter.emit(event{Event: "ready", Session: &result.Session, URL: result.URL, Token: result.Token, Link: result.Link})
	r.progress.printSession(result.Session)
	r.announceProject(result)
	r.progress.printReadyHelp(result)
	if r.options.noBrowser || r.options.JSON {
		return
	}
	r.client.Go(func() { r.openLink(result.Session.ID) })
}

// announceProject prints what was copied.
func (r *runner) announceProject(result protocol.KernelStartResult) {
	switch {
	case result.Project != nil:
		r.emitter.emit(event{Event: "pushed", Project: result.Project})
		printProject(r.screen, *result.Project, false)
	case result.ProjectProblem != nil:
		r.emitter.emit(event{Event: "error", Error: result.ProjectProblem})
		r.screen.Line("Note: your folder could not be copied. %s", sentence(result.ProjectProblem.Message))
	}
}

// openLink has the server open the browser with another link, because each works once and the user
// has the first.
func (r *runner) openLink(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), rpcclient.InitializeTimeout)
	defer cancel()
	var link protocol.KernelLinkResult
	err := r.client.Call(ctx, protocol.MethodKernelLink, protocol.KernelLinkParams{SessionID: id, Open: true}, &link)
	switch {
	case err != nil:
		r.screen.Line("(Could not open a browser: %v. Open the link yourself.)", err)
	case !link.Opened:
		r.screen.Line("(Could not open a browser: %s. Open the link yourself.)", link.Reason)
	}
}

// awaitEnd waits until the user stops the kernel, which is not an error, or it ends.
func (r *runner) awaitEnd(s protocol.Session) error {
	stop := make(chan struct{})
	r.interrupts.onFirst = func() { close(stop) }
	defer func() { r.idleOffer.withdraw(); r.reconnectOffer.withdraw() }()
	var warning <-chan time.Time
	if s.EndsAt != nil && time.Until(*s.EndsAt) > warnBefore {
		timer := time.NewTimer(time.Until(*s.EndsAt) - warnBefore)
		defer timer.Stop()
		warning = timer.C
	}
	for {
		select {
		case news := <-r.events:
			news()
		case <-warning:
			r.screen.Line("%s  Job %s reaches its time limit in 10 min (%s). Save anything you need to a file.", r.progress.time(), s.JobID, clockText(*s.EndsAt, r.progress.now()))
		case ended := <-r.ended:
			return endCause(ended)
		case <-r.client.Disconnected():
			return r.client.ServerExited()
		case sig := <-r.interrupts.signals:
			r.onSignal(sig)
		case <-stop:
			return nil
		}
	}
}

// endCause returns why a session ended without a request from here.
func endCause(s protocol.Session) error {
	if s.Cause != nil {
		return &rpcclient.Failure{Problem: *s.Cause}
	}
	return rpcclient.NewFailure(fault.JobEnded, fmt.Sprintf("keeping job %s running", s.JobID), "it has ended", "Start another kernel.")
}

// printEnough prints what to ask for next time, if the kernel used much less than it had.
func (r *runner) printEnough() {
	if text := enoughText(r.progress.last); text != "" {
		r.screen.Line("%s", text)
	}
}

// fail ends the live line and reports the error.
func (r *runner) fail(err error) error {
	r.screen.Close()
	r.printEnough()
	return r.emitter.emitError(err)
}
