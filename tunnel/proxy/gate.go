package proxy

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// maxLogins browsers may be logged in at once; a further one replaces the oldest.
const maxLogins = 64

// gate decides who may use a local port. Clients send a token of this port, which is created
// for each Server; browsers send a cookie, which they get by a link or that token. The
// server's own token is added behind the gate and is not accepted by it, so that access can
// be revoked without changing the server. The zero value lets everything pass.
type gate struct {
	known atomic.Bool // a client has sent the token

	mu     sync.Mutex  // guards the fields below
	token  string      // what clients send
	server string      // the server's own token; empty: there is no server yet
	logins []*webLogin // oldest first
}

// webLogin is one browser that is logged in.
type webLogin struct {
	secret [sha256.Size]byte // of its cookie
	ctx    context.Context   // ends when it is logged out
	logOut context.CancelFunc
}

// protect makes the gate require a token of its own from now on.
func (g *gate) protect(server string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.token == "" {
		g.token = rand.Text() + rand.Text()
	}
	g.server = server
}

// tokens returns the server's own token and what clients send.
func (g *gate) tokens() (server, token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.server, g.token
}

// close logs out every browser.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range g.logins {
		b.logOut()
	}
	g.logins = nil
}

// logIn logs a browser in, and makes it keep its login in a cookie until it is closed. No script can read the
// cookie, and no other site's request carries it, except for a link to here.
func (g *gate) logIn(w http.ResponseWriter, r *http.Request) *webLogin {
	value := rand.Text() + rand.Text()
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	b := &webLogin{secret: sha256.Sum256([]byte(value))}
	b.ctx, b.logOut = context.WithCancel(context.Background())
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.logins) >= maxLogins {
		g.logins[0].logOut()
		g.logins = slices.Delete(g.logins, 0, 1)
	}
	g.logins = append(g.logins, b)
	return b
}

// loginOf returns the login of the browser that sends a request; nil: it has none.
func (g *gate) loginOf(r *http.Request) *webLogin {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, cookie := range r.CookiesNamed(cookieName(r)) {
		secret := sha256.Sum256([]byte(cookie.Value))
		for _, b := range g.logins {
			if b.ctx.Err() == nil && b.secret == secret {
				return b
			}
		}
	}
	return nil
}

// cookieName contains the port in the browser's address, since a cookie is sent to every port of a host.
func cookieName(r *http.Request) string { return "sunpyter-" + (&url.URL{Host: r.Host}).Port() }

// admit answers a request that may not pass, and returns nil. A request that may pass is
// cancelled when its browser is logged out.
func (g *gate) admit(w http.ResponseWriter, r *http.Request) *http.Request {
	server, want := g.tokens()
	if server == "" {
		return r
	}
	shown := tokensOf(r)
	if slices.ContainsFunc(shown, func(t string) bool { return subtle.ConstantTimeCompare([]byte(t), []byte(want)) == 1 }) {
		if r.Method == http.MethodGet && r.URL.Query().Has("token") && strings.Contains(r.Header.Get("Accept"), "text/html") {
			g.enter(w, r)
			return nil
		}
		g.known.Store(true)
		return r
	}
	if b := g.loginOf(r); b != nil {
		if why := foreign(r); why != "" {
			http.Error(w, "Sunpyter: "+why, http.StatusForbidden)
			return nil
		}
		return r.WithContext(mergedContext(r.Context(), b.ctx))
	}
	g.refuse(w, len(shown) > 0)
	return nil
}

// refuse answers a request without a login. Until the client has sent the token of this port
// it may still have that of the port's previous owner: it must retry, not give up.
func (g *gate) refuse(w http.ResponseWriter, hasToken bool) {
	if hasToken && !g.known.Load() {
		unavailable(w, "this token is no longer valid. The kernel was taken over by another window or command, which has the new one.")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "Sunpyter: this browser is not logged in to this kernel. Open Jupyter again from the window or terminal that has the kernel.", http.StatusForbidden)
}

// enter logs in a browser that opened an address with the token, and redirects it to the same
// address without the token.
func (g *gate) enter(w http.ResponseWriter, r *http.Request) {
	g.logIn(w, r)
	to := *r.URL
	to.RawQuery = withoutToken(to.RawQuery)
	secretHeaders(w)
	w.Header().Set("Location", "/"+strings.TrimLeft(to.RequestURI(), `/\`))
	w.WriteHeader(http.StatusFound)
}

// secretHeaders keep a response and its address out of caches and referrers.
func secretHeaders(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

// foreign returns why a request with a browser's cookie may come from another page, or "". The
// server itself does not check requests that have its token.
func foreign(r *http.Request) string {
	if r.Header.Get("Origin") != "" {
		return "" // it is this port's own: see misdirected
	}
	site, navigates := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode") == "navigate"
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions, r.Header.Get("Upgrade") != "":
		if site == "same-origin" {
			return ""
		}
		return "a browser must send the Origin header."
	case (site == "cross-site" || site == "same-site") && !navigates:
		return otherPage
	}
	return ""
}

// tokensOf returns the tokens in a request, as Jupyter reads them.
func tokensOf(r *http.Request) []string {
	var tokens []string
	for _, value := range r.Header.Values("Authorization") {
		kind, token, ok := strings.Cut(value, " ")
		if ok && (strings.EqualFold(kind, "token") || strings.EqualFold(kind, "bearer")) {
			tokens = append(tokens, strings.TrimSpace(token))
		}
	}
	return append(tokens, r.URL.Query()["token"]...)
}

// login replaces the client's credentials with the server's own token. Of the cookies
// only the one against forged requests is passed on.
func (g *gate) login(out *http.Request) {
	server, _ := g.tokens()
	if server == "" {
		return
	}
	out.Header.Set("Authorization", "token "+server)
	out.URL.RawQuery = withoutToken(out.URL.RawQuery)
	var kept []string
	for _, line := range out.Header.Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			if pair = strings.TrimSpace(pair); isXSRF(pair) {
				kept = append(kept, pair)
			}
		}
	}
	out.Header.Del("Cookie")
	if len(kept) > 0 {
		out.Header.Set("Cookie", strings.Join(kept, "; "))
	}
}

// answered drops the server's own login cookies, which would outlive a logout here.
func (g *gate) answered(res *http.Response) error {
	if server, _ := g.tokens(); server == "" {
		return nil
	}
	cookies := slices.DeleteFunc(slices.Clone(res.Header.Values("Set-Cookie")), func(c string) bool { return !isXSRF(c) })
	res.Header.Del("Set-Cookie")
	for _, cookie := range cookies {
		res.Header.Add("Set-Cookie", cookie)
	}
	return nil
}

func isXSRF(cookie string) bool { return strings.HasPrefix(cookie, "_xsrf=") }

// withoutToken removes the token from a query and leaves the rest unchanged.
func withoutToken(query string) string {
	parts := strings.Split(query, "&")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		return err == nil && name == "token"
	}), "&")
}

// mergedContext returns ctx, which also ends with other.
func mergedContext(ctx, other context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(fmt.Errorf("logged out: %w", other.Err())) })
	context.AfterFunc(ctx, func() { stop() })
	return ctx
}
