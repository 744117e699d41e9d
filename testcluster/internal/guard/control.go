package guard

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
)

// Request is one command for the guardian.
type Request struct {
	// Op is the command: status, delay, rate, cut, uncut, forget, crash, boot, unplug, plug, home, stop.
	Op string
	// Host is the host that is meant.
	Host string `json:",omitempty"`
	// User is the user whose home is meant.
	User string `json:",omitempty"`
	// Value is the value to set: milliseconds one way, kbit/s, or for home: "full", "read-only" or "normal".
	Value string `json:",omitempty"`
}

// Reply is the guardian's answer.
type Reply struct {
	// Error is what went wrong; empty: it is done.
	Error string `json:",omitempty"`
	// Status is how the site is.
	Status Status
}

// Status is how a site is.
type Status struct {
	// Guardian is the guardian's process id. Its network is the laptop's, and
	// its mount namespace has the site's files.
	Guardian int
	// Hosts are the process ids of the first processes of the hosts that are up.
	Hosts map[string]int
	// LoginAddress is login's address for the laptop.
	LoginAddress string
	// LinkUp is false while the link is cut.
	LinkUp bool
	// DelayMilliseconds is the link's delay in one direction.
	DelayMilliseconds float64
	// RateKbit is the link's rate in kbit/s, 0: unlimited.
	RateKbit int64
	// Packets and Bytes are what the link has carried.
	Packets, Bytes int64
}

// Socket returns the path of a lab's control socket.
func Socket(lab string) string { return filepath.Join(lab, "control") }

// patience returns how long a guardian and its caller wait for each other.
func patience() time.Duration { return pace.Limit(time.Minute) }

// Call sends a request to the guardian of a lab and waits for its reply.
func Call(lab string, req Request) (Status, error) {
	conn, err := net.DialTimeout("unix", Socket(lab), patience())
	if err != nil {
		return Status{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience())); err != nil {
		return Status{}, err
	}
	if err := json.NewEncoder(conn).Encode(req); err != nil {
		return Status{}, err
	}
	var reply Reply
	if err := json.NewDecoder(conn).Decode(&reply); err != nil {
		return Status{}, fmt.Errorf("%s: no answer: %w", req.Op, err)
	}
	if reply.Error != "" {
		return reply.Status, errors.New(reply.Error)
	}
	return reply.Status, nil
}
