package slurm

import (
	"fmt"
	"strconv"

	"github.com/sa2c/sunpyter/fault"
)

// badRequest returns the fault for a value that is not allowed, naming field and value.
func badRequest(field, value, problem string) *fault.Error {
	shown := strconv.Quote(value)
	if len(value) > 80 {
		shown = strconv.Quote(value[:80]) + "..."
	}
	return &fault.Error{
		Code:   fault.BadRequest,
		Tried:  "checking the request for a kernel",
		Answer: fmt.Sprintf("%s is %s: %s", fault.Field(field), shown, problem),
		Advice: "Change it and try again.",
	}
}
