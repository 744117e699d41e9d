package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

// websockets are opened at once, and each has to answer.
const websockets = 100

// measureWebsockets opens many websockets to one kernel at once, and asks over
// each for the kernel's info.
func measureWebsockets(ctx context.Context, l *lab, r *report) error {
	return l.comparedToOpenSSH(ctx, func(delay time.Duration, client, ssh *jupyter.Client, _ *onNode) error {
		ours, failed, err := onNewKernel(ctx, client)
		if err != nil {
			return err
		}
		theirs, theirFailed, err := onNewKernel(ctx, ssh)
		if err != nil {
			return err
		}
		r.add(row{
			what: fmt.Sprintf("%d websockets opened at once, until the last kernel_info_reply", websockets), roundTrip: roundTrip(delay),
			figure: float64(failed), format: "%.0f", bound: "all answer",
			measured:   fmt.Sprintf("%.2f s, %d failed", ours.Seconds(), failed),
			comparison: fmt.Sprintf("`ssh -J -L` %.2f s, %d failed", theirs.Seconds(), theirFailed),
		})
		return nil
	})
}

// onNewKernel is openMany to a new kernel: one that has just lost many clients at once keeps
// their messages for them.
func onNewKernel(ctx context.Context, client *jupyter.Client) (took time.Duration, failed int, err error) {
	k, err := client.StartKernel(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, k.Close(ctx)) }()
	if _, err := k.Execute(ctx, "1"); err != nil {
		return 0, 0, err
	}
	took, failed = openMany(ctx, client, k.ID)
	return took, failed, nil
}

// openMany returns the time until all have answered, and how many failed.
func openMany(ctx context.Context, client *jupyter.Client, kernel string) (took time.Duration, failed int) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel() // all stay open until all have answered
	begun := time.Now()
	answers := make(chan error, websockets)
	for i := range websockets {
		go func() { answers <- openOne(ctx, client, kernel, fmt.Sprintf("bench-%d", i)) }()
	}
	for range websockets {
		if err := <-answers; err != nil {
			failed++
		}
	}
	return time.Since(begun), failed
}

// openOne opens a websocket, which is closed with ctx, and asks once for the kernel's info:
// jupyter.Client.Connect would ask again while it waits.
func openOne(ctx context.Context, client *jupyter.Client, kernel, session string) error {
	address := "ws" + strings.TrimPrefix(client.URL, "http") + "api/kernels/" + kernel + "/channels?session_id=" + session
	header := http.Header{"Authorization": {"token " + client.Token}}
	socket, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = socket.CloseNow() })
	socket.SetReadLimit(1 << 20)
	id := session + "-info"
	request := fmt.Sprintf(`{"header":{"msg_id":%q,"msg_type":"kernel_info_request","session":%q,"username":"user","version":"5.3"},`+
		`"parent_header":{},"metadata":{},"content":{},"channel":"shell"}`, id, session)
	if err := socket.Write(ctx, websocket.MessageText, []byte(request)); err != nil {
		return err
	}
	for {
		var answer struct {
			Header struct {
				Type string `json:"msg_type"`
			} `json:"header"`
			Parent struct {
				ID string `json:"msg_id"`
			} `json:"parent_header"`
		}
		if err := wsjson.Read(ctx, socket, &answer); err != nil {
			return err
		}
		if answer.Parent.ID == id && answer.Header.Type == "kernel_info_reply" {
			return nil
		}
	}
}
