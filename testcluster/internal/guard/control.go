// Package guard is the guardian of a site: the one process outside the hosts
// that makes them, holds all that would otherwise have to be tidied up (mount
// and network namespaces, control groups, the lab folder), obeys commands on a
// socket, and takes everything away when its owner ends, however it ends.
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
	// User is the user whose home is meant, and Home what it becomes: "full", "read-only" or "normal".
	User, Home string `json:",omitempty"`
	// Delay is the link's delay in one direction.
	Delay time.Duration `json:",omitempty"`
	// RateKbit is the link's rate in kbit/s; 0: unlimited.
	RateKbit int64 `json:",omitempty"`
}

// reply is the guardian's answer.
type reply struct {
	Error  string `json:",omitempty"` // what went wrong; empty: it is done
	Status Status // of the site
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
	// Link is how the link is set and what it has carried, in words.
	Link string
}

// socket returns the path of a lab's control socket.
func socket(lab string) string { return filepath.Join(lab, "control") }

// patience returns how long a guardian and its caller wait for each other.
func patience() time.Duration { return pace.Limit(time.Minute) }

// Call sends a request to the guardian of a lab and waits for its reply.
func Call(lab string, req Request) (Status, error) {
	conn, err := net.DialTimeout("unix", socket(lab), patience())
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
	var answer reply
	if err := json.NewDecoder(conn).Decode(&answer); err != nil {
		return Status{}, fmt.Errorf("%s: no answer: %w", req.Op, err)
	}
	if answer.Error != "" {
		return answer.Status, errors.New(answer.Error)
	}
	return answer.Status, nil
}
