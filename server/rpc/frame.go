package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/protocol"
)

// maxHeaderBytes bounds the header block of one frame.
const maxHeaderBytes = 4 << 10

// frameError is a frame whose end cannot be found, so that nothing after it can be read.
type frameError struct {
	code   protocol.ErrorCode
	reason string
}

func (e *frameError) Error() string { return e.reason }

// newFrameReader returns a reader for readFrame that can hold a header block.
func newFrameReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, maxHeaderBytes) }

// readFrame returns the body of the next frame. The error is io.EOF between two
// frames, io.ErrUnexpectedEOF within one, a *frameError, or the reader's.
func readFrame(in *bufio.Reader) ([]byte, error) {
	length, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	if length > protocol.MaxFrameBytes {
		reason := fmt.Sprintf("a frame of %d bytes; at most %d are read", length, protocol.MaxFrameBytes)
		return nil, &frameError{protocol.ErrInvalidRequest, reason}
	}
	// The buffer grows with what arrives: a length alone allocates nothing.
	var body bytes.Buffer
	if _, err := io.CopyN(&body, in, int64(length)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return body.Bytes(), nil
}

// readHeader reads a header block and returns the body's length in bytes.
func readHeader(in *bufio.Reader) (int, error) {
	length, size := -1, 0
	for {
		line, err := in.ReadSlice('\n')
		size += len(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) || size > maxHeaderBytes:
			return 0, &frameError{protocol.ErrParse, fmt.Sprintf("a header of more than %d bytes", maxHeaderBytes)}
		case errors.Is(err, io.EOF) && size > 0:
			return 0, io.ErrUnexpectedEOF
		case err != nil:
			return 0, err
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if text == "" {
			break
		}
		name, value, found := strings.Cut(text, ":")
		if !found {
			return 0, &frameError{protocol.ErrParse, fmt.Sprintf("header line %q has no colon", text)}
		}
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		// Two different lengths are a bug or an attack: neither is used.
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
		if err != nil || (length >= 0 && length != int(n)) {
			return 0, &frameError{protocol.ErrParse, fmt.Sprintf("header line %q is not a length", text)}
		}
		length = int(n)
	}
	if length < 0 {
		return 0, &frameError{protocol.ErrParse, "a header without Content-Length"}
	}
	return length, nil
}
