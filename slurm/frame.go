package slurm

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// frame is one answer of a script on the login node.
type frame struct {
	// name is its kind: "squeue", "partitions".
	name string
	// status is the exit status of the command.
	status int
	// text is what the command printed, on both its outputs.
	text string
}

// maxFrame bounds a frame's text, in bytes: far above what the partitions of the
// largest site take.
const maxFrame = 16 << 20

// readFrame reads the next frame; the error is io.EOF at a clean end.
func readFrame(r *bufio.Reader) (frame, error) {
	header, err := r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, io.EOF) && len(header) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, err
	}
	fields := strings.Fields(string(header))
	if len(fields) != 3 {
		return frame{}, fmt.Errorf("not the head of an answer: %.80q", header)
	}
	status, err := strconv.Atoi(fields[1])
	if err != nil {
		return frame{}, fmt.Errorf("status of an answer: %w", err)
	}
	length, err := strconv.Atoi(fields[2])
	if err != nil || length < 0 || length > maxFrame {
		return frame{}, fmt.Errorf("length of an answer: %.40q", fields[2])
	}
	var text bytes.Buffer
	if _, err := io.CopyN(&text, r, int64(length)+1); err != nil {
		return frame{}, fmt.Errorf("answer cut short: %w", io.ErrUnexpectedEOF)
	}
	return frame{name: fields[0], status: status, text: string(text.Bytes()[:length])}, nil
}
