package jupyter

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// message is one message of Jupyter's messaging protocol, version 5, as it
// goes over the server's websocket: jupyter-client.readthedocs.io, "Messaging in Jupyter".
type message struct {
	Header       header         `json:"header"`
	ParentHeader header         `json:"parent_header"`
	Metadata     map[string]any `json:"metadata"`
	Content      any            `json:"content"`
	Channel      string         `json:"channel"`
}

type header struct {
	ID       string `json:"msg_id,omitempty"`
	Type     string `json:"msg_type,omitempty"`
	Session  string `json:"session,omitempty"`
	Username string `json:"username,omitempty"`
	Version  string `json:"version,omitempty"`
}

// content has those members that are read here, of all kinds of answer.
type content struct {
	Name       string `json:"name"`
	Text       string `json:"text"`
	State      string `json:"execution_state"`
	ErrorName  string `json:"ename"`
	ErrorValue string `json:"evalue"`
}

// awaitReady waits until the kernel answers. A server forgets what comes over the
// websocket before the kernel listens, so the question is asked again.
func (k *Kernel) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		for {
			var m message
			_, data, err := k.socket.Read(ctx)
			if err == nil {
				err = json.Unmarshal(data, &m)
			}
			if err != nil || m.Header.Type == "kernel_info_reply" {
				answered <- err
				return
			}
		}
	}()
	ask := time.NewTicker(300 * time.Millisecond)
	defer ask.Stop()
	for {
		if _, err := k.send(ctx, "kernel_info_request", struct{}{}); err != nil {
			return err
		}
		select {
		case err := <-answered:
			return err
		case <-ask.C:
		}
	}
}

// Execute runs code as a cell and returns what it printed to standard output.
// An exception in it is an error.
func (k *Kernel) Execute(ctx context.Context, code string) (string, error) {
	// A kernel wants every member. After a failed cell with stop_on_error it throws away what comes for a moment.
	id, err := k.send(ctx, "execute_request", map[string]any{"code": code, "silent": false, "store_history": true,
		"user_expressions": map[string]any{}, "allow_stdin": false, "stop_on_error": false})
	if err != nil {
		return "", err
	}
	return k.collect(ctx, id)
}

// send sends a request of a kind and returns its id, which the answers name.
func (k *Kernel) send(ctx context.Context, kind string, content any) (id string, err error) {
	request := message{
		Header:   header{ID: rand.Text(), Type: kind, Session: k.session, Username: "user", Version: "5.3"},
		Metadata: map[string]any{}, Channel: "shell", Content: content,
	}
	data, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	return request.Header.ID, k.socket.Write(ctx, websocket.MessageText, data)
}

// collect reads messages until the cell has its reply and the kernel is idle
// again: the two come on different channels, in either order.
func (k *Kernel) collect(ctx context.Context, id string) (string, error) {
	var out strings.Builder
	var failed error
	for replied, idle := false, false; !replied || !idle; {
		_, data, err := k.socket.Read(ctx)
		if err != nil {
			return out.String(), err
		}
		var c content
		m := message{Content: &c}
		if err := json.Unmarshal(data, &m); err != nil {
			return out.String(), fmt.Errorf("message from the kernel: %w", err)
		}
		if m.ParentHeader.ID != id {
			continue
		}
		switch m.Header.Type {
		case "stream":
			if c.Name == "stdout" {
				out.WriteString(c.Text)
			}
		case "error":
			failed = fmt.Errorf("%s: %s", c.ErrorName, c.ErrorValue)
		case "status":
			idle = idle || c.State == "idle"
		case "execute_reply":
			replied = true
		}
	}
	return out.String(), failed
}
