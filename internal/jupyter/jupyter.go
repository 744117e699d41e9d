// Package jupyter is a small client of a Jupyter server: it starts a kernel
// and runs cells in it, as a notebook does, over REST and a websocket.
package jupyter

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

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

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return http.DefaultClient
}

// Do makes a request below the server's address, as Do(ctx, "GET", "api/status",
// nil, &status); in and out are JSON, and either may be nil. A status of 300 or
// more is an error with the server's words.
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
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, data)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}

// StartKernel starts a kernel of the server's default kind and connects to it.
func (c *Client) StartKernel(ctx context.Context) (*Kernel, error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := c.Do(ctx, http.MethodPost, "api/kernels", struct{}{}, &made); err != nil {
		return nil, err
	}
	k, err := c.Connect(ctx, made.ID)
	if err != nil {
		return nil, errors.Join(err, c.Do(ctx, http.MethodDelete, "api/kernels/"+made.ID, nil, nil))
	}
	return k, nil
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
