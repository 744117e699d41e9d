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

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
)

// A poll of Jupyter takes at most pollTimeout, and an answer has at most pollMax bytes.
const (
	pollTimeout = 20 * time.Second
	pollMax     = 1 << 20
)

// usage is what one poll of Jupyter reports. Its times are by the node's clock alone,
// so that no two clocks are compared.
type usage struct {
	now  time.Time // when Jupyter answered
	busy bool      // a cell runs
	last time.Time // when a kernel or a terminal was last active; zero: there is none
}

// pollJupyter asks Jupyter what it does, over the connection into the job. Jupyter
// does not count these requests as use.
func pollJupyter(ctx context.Context, w *nodeconn.Conn, j remote.Jupyter) (usage, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{
		Proxy: nil, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.DialJupyter(ctx, j) },
	}}
	s, err := readJupyterState(ctx, client, "http://127.0.0.1/", j.Token)
	if err != nil || !s.usage(nil).busy {
		return s.usage(nil), err
	}
	starts, err := w.KernelStarts(ctx)
	return s.usage(starts), err
}

// process is a kernel or a terminal, as Jupyter lists it.
type process struct {
	ID    string    `json:"id"`              // of a kernel
	State string    `json:"execution_state"` // of a kernel: "busy" while a cell runs
	Last  time.Time `json:"last_activity"`
}

// jupyterState is all that Jupyter lists, by the node's clock.
type jupyterState struct {
	now time.Time
	all []process
}

// usage summarizes the lists; starts has the times at which kernels began, if known.
func (s jupyterState) usage(starts map[string]time.Time) usage {
	u := usage{now: s.now}
	for _, one := range s.all {
		if one.State == "busy" && !starts[one.ID].After(one.Last) {
			u.busy = true
		}
		if one.Last.After(u.last) {
			u.last = one.Last
		}
	}
	return u
}

// readJupyterState asks the Jupyter at url for its kernels and its terminals.
func readJupyterState(ctx context.Context, client *http.Client, url, token string) (jupyterState, error) {
	kernels, now, err := getList(ctx, client, url+"api/kernels", token)
	if err != nil {
		return jupyterState{}, err
	}
	terminals, _, err := getList(ctx, client, url+"api/terminals", token)
	if err != nil && !errors.Is(err, errNoList) { // one without terminals has none in use
		return jupyterState{}, err
	}
	return jupyterState{now, append(kernels, terminals...)}, nil
}

// errNoList means that Jupyter answered with something else than a list.
var errNoList = errors.New("no list")

// getList returns one list, and the node's clock at the answer.
func getList(ctx context.Context, client *http.Client, url, token string) ([]process, time.Time, error) {
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
		return nil, time.Time{}, fmt.Errorf("%w: the answer was %s", errNoList, res.Status)
	}
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("reading Jupyter's clock: %w", err)
	}
	var list []process
	if err := json.NewDecoder(io.LimitReader(res.Body, pollMax)).Decode(&list); err != nil {
		return nil, time.Time{}, fmt.Errorf("reading Jupyter's list: %w", err)
	}
	return list, now, nil
}
