package openssh

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
)

// The environment variables by which an ssh program's askpass finds us.
const (
	askpassSocket = "SUNPYTER_ASKPASS"
	askpassCookie = "SUNPYTER_ASKPASS_COOKIE"
)

// askpassKind is the variable with the kind of question that ssh has:
// "confirm" wants a yes by the exit code, "none" wants nothing.
const askpassKind = "SSH_ASKPASS_PROMPT"

// maxAskpass bounds a question and its answer, in bytes.
const maxAskpass = 64 << 10

// askpassQuestion is a question that the askpass of an ssh program passes on.
type askpassQuestion struct {
	Cookie, Kind, Prompt string
	// Asker is the process that asks: the program, or that of a host in between.
	Asker int
}

// askpassAnswer is the user's answer to it.
type askpassAnswer struct {
	Answer string
	OK     bool
}

// IsAskpass reports whether an ssh program that this program has started has
// started it in turn, to ask the user something. Then it must only call [Askpass].
func IsAskpass() bool { return len(os.Args) == 2 && os.Getenv(askpassSocket) != "" }

// Askpass passes ssh's question on to the process that started ssh, and writes the
// answer; it returns the exit code. A secret goes through a private socket and
// ssh's pipe, nothing else.
func Askpass() int {
	conn, err := net.Dial("unix", os.Getenv(askpassSocket))
	if err != nil {
		return 1
	}
	defer func() { _ = conn.Close() }()
	q := askpassQuestion{Cookie: os.Getenv(askpassCookie), Kind: os.Getenv(askpassKind), Prompt: os.Args[1], Asker: os.Getppid()}
	if err := json.NewEncoder(conn).Encode(q); err != nil {
		return 1
	}
	var a askpassAnswer
	if err := json.NewDecoder(io.LimitReader(conn, maxAskpass)).Decode(&a); err != nil || !a.OK {
		return 1
	}
	if _, err := os.Stdout.WriteString(a.Answer + "\n"); err != nil {
		return 1
	}
	return 0
}

// askpass handles the questions of one ssh program. Its owner closes it.
type askpass struct {
	listener net.Listener
	cookie   string
	answer   func(ctx context.Context, q askpassQuestion) askpassAnswer
	ctx      context.Context // ends with it
	end      context.CancelFunc
	work     sync.WaitGroup
	asking   sync.Mutex // one question at a time
}

// newAskpass listens in folder, which is closed to others.
func newAskpass(ctx context.Context, folder string, answer func(ctx context.Context, q askpassQuestion) askpassAnswer) (*askpass, error) {
	l, err := net.Listen("unix", filepath.Join(folder, "a"))
	if err != nil {
		return nil, err
	}
	a := &askpass{listener: l, cookie: rand.Text(), answer: answer}
	a.ctx, a.end = context.WithCancel(ctx)
	a.work.Go(a.serve)
	return a, nil
}

// environment is what an ssh program needs to find us. Old ones use an askpass only
// if there seems to be a display.
func (a *askpass) environment(program string) []string {
	env := []string{"SSH_ASKPASS=" + program, "SSH_ASKPASS_REQUIRE=force", askpassSocket + "=" + a.listener.Addr().String(), askpassCookie + "=" + a.cookie}
	if os.Getenv("DISPLAY") == "" {
		env = append(env, "DISPLAY=:0")
	}
	return env
}

func (a *askpass) serve() {
	for {
		conn, err := a.listener.Accept()
		if err != nil {
			return
		}
		a.work.Go(func() { a.one(conn) })
	}
}

// one answers one question. It ends with the answer, or when ssh no longer needs one.
func (a *askpass) one(conn net.Conn) {
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	questions := json.NewDecoder(io.LimitReader(conn, maxAskpass))
	var q askpassQuestion
	if questions.Decode(&q) != nil || subtle.ConstantTimeCompare([]byte(q.Cookie), []byte(a.cookie)) != 1 {
		return
	}
	a.work.Go(func() { // ssh kills an askpass that it no longer needs
		_ = questions.Decode(&askpassQuestion{})
		cancel()
	})
	a.asking.Lock()
	defer a.asking.Unlock()
	if ctx.Err() == nil {
		_ = json.NewEncoder(conn).Encode(a.answer(ctx, q))
	}
}

// close ends all questions and waits for their end.
func (a *askpass) close() {
	a.end()
	_ = a.listener.Close()
	a.work.Wait()
}
