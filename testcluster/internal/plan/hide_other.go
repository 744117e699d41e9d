//go:build !linux

package plan

import "errors"

var errNoOverlay = errors.New("overlays need Linux")

func hide(string, string) error { return errNoOverlay }

func hideBelow(string, string) error { return errNoOverlay }
