package proxy

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"sync"
)

const (
	// linkPath is the only path that the listener answers itself.
	linkPath = "/sunpyter/open/"
	// maxLinks are remembered; a further one replaces the oldest.
	maxLinks = 32
)

// links are the links that work once: they log in a browser without a token in any program's
// arguments or in the browser's history.
type links struct {
	mu     sync.Mutex
	path   string  // guarded by mu, as are those below
	issued []*link // oldest first
	reused func()  // called when a link is opened a second time; may be nil
}

// link is one link.
type link struct {
	nonce  string
	opened *webLogin // nil: it was not opened yet
}

// SetTarget sets where links lead: path on the server ("/lab"). token is the server's own; from
// now on the port rejects requests without [Server.Token] or a login by a link.
func (f *Server) SetTarget(path, token string) {
	f.gate.protect(token)
	f.links.mu.Lock()
	defer f.links.mu.Unlock()
	f.links.path = path
}

// Token returns the token that clients of this port must send. It is neither the server's nor
// that of any other port.
func (f *Server) Token() string {
	_, token := f.gate.tokens()
	return token
}

// OnReuse sets a function that is called when a second browser opens a link: one of the
// two is not the user's. By then the first browser is logged out.
func (f *Server) OnReuse(reused func()) {
	f.links.mu.Lock()
	defer f.links.mu.Unlock()
	f.links.reused = reused
}

// Link returns an address on our port that works once and leads to the target.
// It is a secret until it is used.
func (f *Server) Link() (string, error) {
	nonce, err := f.links.issue()
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(f.URL(), "/") + linkPath + nonce, nil
}

func (l *links) issue() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.path == "" {
		return "", errors.New("creating a link: there is nothing to open yet")
	}
	if len(l.issued) >= maxLinks {
		l.issued = l.issued[1:]
	}
	nonce := rand.Text() + rand.Text()
	l.issued = append(l.issued, &link{nonce: nonce})
	return nonce, nil
}

// find returns the link of a nonce; nil: there is none.
func (l *links) find(nonce string) *link {
	var found *link
	for _, one := range l.issued { // all of them, in constant time
		if subtle.ConstantTimeCompare([]byte(one.nonce), []byte(nonce)) == 1 {
			found = one
		}
	}
	return found
}

// open uses a link: it logs in the browser and returns where to go. The browser that has
// used it may open it again; if another one does, the login is revoked.
func (l *links) open(w http.ResponseWriter, r *http.Request, g *gate, nonce string) (to string) {
	l.mu.Lock()
	found, reused := l.find(nonce), l.reused
	switch {
	case found == nil:
		reused = nil
	case found.opened == nil:
		found.opened = g.logIn(w, r)
		to, reused = l.target(), nil
	case found.opened == g.loginOf(r):
		to, reused = l.target(), nil
	case found.opened.ctx.Err() != nil:
		reused = nil // it was reported
	default:
		found.opened.logOut()
	}
	l.mu.Unlock()
	if reused != nil {
		reused()
	}
	return to
}

func (l *links) target() string { return "/" + strings.TrimLeft(l.path, `/\`) }

// answerLink answers the link path and reports whether it did. Only opening a link here,
// while the far end is connected, uses it.
func (f *Server) answerLink(w http.ResponseWriter, r *http.Request) bool {
	nonce, ok := strings.CutPrefix(r.URL.Path, linkPath)
	if !ok {
		return false
	}
	h := w.Header()
	secretHeaders(w)
	switch {
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		http.Error(w, "Sunpyter: open this link in a browser.", http.StatusMethodNotAllowed)
	case f.upstream.Load() == nil:
		unavailable(w, reason(errNoLink))
	case r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "":
		unavailable(w, "a prefetch does not use up a link.")
	default:
		if to := f.links.open(w, r, &f.gate, nonce); to != "" {
			h.Set("Location", to)
			w.WriteHeader(http.StatusFound)
		} else {
			http.Error(w, "Sunpyter: this link has been used; each works once. If you have not opened it before, someone else has: "+
				"open Jupyter again from the window or terminal that has the kernel.", http.StatusGone)
		}
	}
	return true
}
