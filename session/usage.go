package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/sa2c/sunpyter/session/remote"
)

// A look at Jupyter takes so long at most, and an answer may be so large.
const (
	lookTimeout = 20 * time.Second
	largestLook = 1 << 20
)

// usage looks at what Jupyter does, over the way into the job. Jupyter does not count
// these questions as use.
func (w *way) usage(ctx context.Context) (usage, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{
		Proxy: nil, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.dial(w.jupyter)(ctx) },
	}}
	s, err := lookAt(ctx, client, "http://127.0.0.1/", w.jupyter.Token)
	if err != nil || !s.usage(nil).busy {
		return s.usage(nil), err
	}
	started, err := remote.KernelStarts(ctx, w.conn)
	return s.usage(started), err
}

// active is a kernel or a terminal, as Jupyter lists it.
type active struct {
	ID    string    `json:"id"`              // of a kernel
	State string    `json:"execution_state"` // of a kernel: "busy" while a cell runs
	Last  time.Time `json:"last_activity"`
}

// sight is all that Jupyter lists, by the node's clock.
type sight struct {
	now time.Time
	all []active
}

// usage is what the lists mean; started is when kernels began, as far as that is known.
func (s sight) usage(started map[string]time.Time) usage {
	u := usage{now: s.now}
	for _, one := range s.all {
		if one.State == "busy" && !started[one.ID].After(one.Last) {
			u.busy = true
		}
		if one.Last.After(u.last) {
			u.last = one.Last
		}
	}
	return u
}

// lookAt asks the Jupyter at url for its kernels and its terminals.
func lookAt(ctx context.Context, client *http.Client, url, token string) (sight, error) {
	kernels, now, err := listed(ctx, client, url+"api/kernels", token)
	if err != nil {
		return sight{}, err
	}
	terminals, _, err := listed(ctx, client, url+"api/terminals", token)
	if err != nil && !errors.Is(err, errNotListed) { // one without terminals has none in use
		return sight{}, err
	}
	return sight{now, append(kernels, terminals...)}, nil
}

// errNotListed means that Jupyter answered with something else than a list.
var errNotListed = errors.New("no list")

// listed gets one list, and the node's clock at the answer.
func listed(ctx context.Context, client *http.Client, url, token string) ([]active, time.Time, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, time.Time{}, err
	}
	req.Header.Set("Authorization", "token "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, time.Time{}, fmt.Errorf("%w: the answer was %s", errNotListed, res.Status)
	}
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("reading Jupyter's clock: %w", err)
	}
	var list []active
	if err := json.NewDecoder(io.LimitReader(res.Body, largestLook)).Decode(&list); err != nil {
		return nil, time.Time{}, fmt.Errorf("reading Jupyter's list: %w", err)
	}
	return list, now, nil
}
