// Package jupyter is a small client of a Jupyter server: it starts a kernel
// and runs cells in it, as a notebook does, over REST and a websocket.
package jupyter

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// Client is a Jupyter server.
type Client struct {
	// URL is its address, with the slash at the end: "http://127.0.0.1:41234/".
	URL string
	// Token is its token.
	Token string
	// HTTP is what requests go through; nil: http.DefaultClient.
	HTTP *http.Client
}

// Kernel is a running kernel and the websocket to it. It is for one goroutine.
type Kernel struct {
	// ID is the kernel's id.
	ID     string
	client *Client
	socket *websocket.Conn
	// session names this client in messages.
	session string
}

// maxMessage bounds a message from a kernel, in bytes: a cell's picture fits.
const maxMessage = 64 << 20

func (c *Client) http() *http.Client { return cmp.Or(c.HTTP, http.DefaultClient) }

// Do makes a request below the server's address, as Do(ctx, "GET", "api/status",
// nil, &status); in and out are JSON, and either may be nil. A status of 300 or
// more is a *StatusError.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token "+c.Token)
	resp, err := c.http().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return &StatusError{Code: resp.StatusCode, Request: method + " " + path, Status: resp.Status, Body: data}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}

// StartKernel starts a kernel of the server's default kind and connects to it. The error
// is ErrKernelDied if the kernel ends before it answers.
func (c *Client) StartKernel(ctx context.Context) (*Kernel, error) { return c.StartKernelOf(ctx, "") }

// StartKernelOf does the same for a kernelspec; "": the default one.
func (c *Client) StartKernelOf(ctx context.Context, name string) (*Kernel, error) {
	var made struct {
		ID string `json:"id"`
	}
	asked := struct {
		Name string `json:"name,omitempty"`
	}{name}
	if err := c.Do(ctx, http.MethodPost, "api/kernels", asked, &made); err != nil {
		return nil, err
	}
	k, err := c.connectNew(ctx, made.ID)
	if err != nil && !errors.Is(err, ErrKernelDied) {
		err = errors.Join(err, c.Do(ctx, http.MethodDelete, "api/kernels/"+made.ID, nil, nil))
	}
	return k, err
}

// connectNew connects to a kernel that may not be able to start: the server opens no
// websocket to it then, but soon forgets it.
func (c *Client) connectNew(ctx context.Context, id string) (*Kernel, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		cancel(c.awaitDeath(ctx, id))
	}()
	k, err := c.Connect(ctx, id)
	if err != nil && errors.Is(context.Cause(ctx), ErrKernelDied) {
		err = ErrKernelDied
	}
	cancel(nil)
	<-watched
	return k, err
}

// awaitDeath returns ErrKernelDied once the server does not list the kernel any more, or
// nil at the end of ctx.
func (c *Client) awaitDeath(ctx context.Context, id string) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		var status *StatusError
		if err := c.Do(ctx, http.MethodGet, "api/kernels/"+id, nil, nil); errors.As(err, &status) && status.Code == http.StatusNotFound {
			return ErrKernelDied
		}
	}
}

// Connect connects to a kernel that runs already.
func (c *Client) Connect(ctx context.Context, id string) (*Kernel, error) {
	k := &Kernel{ID: id, client: c, session: rand.Text()}
	address := "ws" + strings.TrimPrefix(c.URL, "http") + "api/kernels/" + k.ID + "/channels?session_id=" + k.session
	socket, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: c.http(), HTTPHeader: http.Header{"Authorization": {"token " + c.Token}},
	})
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("websocket to the kernel: %w", err)
	}
	socket.SetReadLimit(maxMessage)
	k.socket = socket
	if err := k.awaitReady(ctx); err != nil {
		k.Disconnect()
		return nil, err
	}
	return k, nil
}

// Disconnect ends the connection at once; the kernel runs on.
func (k *Kernel) Disconnect() { _ = k.socket.CloseNow() }

// Close ends the kernel and the connection to it.
func (k *Kernel) Close(ctx context.Context) error {
	_ = k.socket.Close(websocket.StatusNormalClosure, "")
	return k.client.Do(ctx, http.MethodDelete, "api/kernels/"+k.ID, nil, nil)
}
