package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrKernelDied means that a kernel ended before it answered. Why is in the server's log.
var ErrKernelDied = errors.New("the kernel ended before it answered")

// StatusError is an answer of the server that is no success.
type StatusError struct {
	Code            int
	Request, Status string
	Body            []byte
}

func (e *StatusError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Request, e.Status, e.Body) }

// Reason returns the cause in one line, or "": newer servers keep an exception to their log.
func (e *StatusError) Reason() string {
	var body struct{ Message, Traceback string }
	_ = json.Unmarshal(e.Body, &body) // a proxy's is no JSON
	lines := strings.Split(strings.TrimSpace(body.Traceback), "\n")
	switch last := strings.TrimSpace(lines[len(lines)-1]); {
	case last != "":
		return last
	case body.Message != "" && body.Message != "Unhandled error":
		return body.Message
	}
	return ""
}

// Kernelspec is a kind of kernel that the server offers.
type Kernelspec struct {
	Name     string   `json:"-"`
	Argv     []string `json:"argv"`
	Title    string   `json:"display_name"`
	Language string   `json:"language"`
}

// Kernelspecs returns the name of the default kernelspec, and all of them.
func (c *Client) Kernelspecs(ctx context.Context) (defaultName string, all []Kernelspec, err error) {
	var list struct {
		Default     string                               `json:"default"`
		Kernelspecs map[string]struct{ Spec Kernelspec } `json:"kernelspecs"`
	}
	err = c.Do(ctx, http.MethodGet, "api/kernelspecs", nil, &list)
	for name, one := range list.Kernelspecs {
		one.Spec.Name = name
		all = append(all, one.Spec)
	}
	return list.Default, all, err
}

// DefaultKernelspec returns the kind of kernel that StartKernel starts; its Argv is empty if
// the server does not have it.
func (c *Client) DefaultKernelspec(ctx context.Context) (Kernelspec, error) {
	name, all, err := c.Kernelspecs(ctx)
	for _, spec := range all {
		if spec.Name == name {
			return spec, err
		}
	}
	return Kernelspec{Name: name}, err
}
