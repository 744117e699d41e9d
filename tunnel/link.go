package tunnel

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const (
	// linkPath is the only path that the listener answers itself.
	linkPath = "/sunpyter/open/"
	// maxLinks are remembered; a further one replaces the oldest.
	maxLinks = 32
	// nonceBytes make a link's secret, 256 bits.
	nonceBytes = 32
)

// links are the links that work once: they open the server's page without its
// token being in any program's arguments.
type links struct {
	mu     sync.Mutex
	path   string // guarded by mu, as are those below
	token  string
	unused []string // their secrets
}

// SetTarget says where links lead: path on the server ("/lab"), and the token
// that its page takes as a parameter.
func (f *Forward) SetTarget(path, token string) {
	f.links.mu.Lock()
	defer f.links.mu.Unlock()
	f.links.path, f.links.token = path, token
}

// Link makes an address on our own port that works once and leads to the target
// with its token. It is a secret as long as it is unused.
func (f *Forward) Link() (string, error) {
	nonce, err := f.links.issue()
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(f.URL(), "/") + linkPath + nonce, nil
}

func (l *links) issue() (string, error) {
	raw := make([]byte, nonceBytes)
	_, _ = rand.Read(raw) // never fails
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.path == "" {
		return "", errors.New("making a link: there is nothing to open yet")
	}
	if len(l.unused) >= maxLinks {
		l.unused = l.unused[1:]
	}
	nonce := base64.RawURLEncoding.EncodeToString(raw)
	l.unused = append(l.unused, nonce)
	return nonce, nil
}

// use takes the nonce out and says where it leads; empty: nowhere.
func (l *links) use(nonce string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := -1
	for i, u := range l.unused { // all of them: the time taken tells nothing
		if subtle.ConstantTimeCompare([]byte(u), []byte(nonce)) == 1 {
			found = i
		}
	}
	if found < 0 {
		return ""
	}
	l.unused = slices.Delete(l.unused, found, found+1)
	return "/" + strings.TrimLeft(l.path, `/\`) + "?" + url.Values{"token": {l.token}}.Encode()
}

// answerLink answers the link path and reports whether it did. A link is not
// used up by anything but opening it here, while there is a link to the far end.
func (f *Forward) answerLink(w http.ResponseWriter, r *http.Request) bool {
	nonce, ok := strings.CutPrefix(r.URL.Path, linkPath)
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	switch {
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		http.Error(w, "Sunpyter: open this link in a browser.", http.StatusMethodNotAllowed)
	case !f.isUs(r.Host):
		gone(w)
	case f.current() == nil:
		unavailable(w, reason(errNoLink))
	default:
		if to := f.links.use(nonce); to != "" {
			h.Set("Location", to)
			w.WriteHeader(http.StatusFound)
		} else {
			gone(w)
		}
	}
	return true
}

func gone(w http.ResponseWriter) {
	http.Error(w, "Sunpyter: this link has been used; each works once. A browser that opened it reaches Jupyter at the same address without the path.", http.StatusGone)
}

// isUs reports whether a request names this computer: a page elsewhere whose
// name was pointed here has no business with links.
func (f *Forward) isUs(host string) bool {
	name, _, err := net.SplitHostPort(host)
	return err == nil && (name == "127.0.0.1" || name == "localhost")
}
