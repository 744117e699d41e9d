//go:build linux

package share

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func kill(t testing.TB, pid int) {
	t.Helper()
	sshtest.Must(t, syscall.Kill(pid, syscall.SIGKILL))
}

// program is the role of another process of the test.
type program struct {
	Target sshconfig.Target
	Folder string
	Socket string
}

// runRole is another program: one that uses the connection until it is killed, or
// another user's.
func runRole(role string) int {
	var p program
	if err := json.Unmarshal([]byte(os.Getenv("SHARE_TEST_PROGRAM")), &p); err != nil {
		return 2
	}
	switch role {
	case "user":
		conn, err := Dial(context.Background(), p.Target, Options{Program: []string{os.Args[0], Command}, Folder: p.Folder})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		if _, err := conn.Start(context.Background(), "cat; touch "+p.Folder+"/ended"); err != nil {
			fmt.Println(err)
		}
		fmt.Println("ready")
		select {}
	case "sender": // writes, and is killed
		conn, err := Dial(context.Background(), p.Target, Options{Program: []string{os.Args[0], Command}, Folder: p.Folder})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		stream, err := conn.Start(context.Background(), "cat >"+p.Folder+"/said; touch "+p.Folder+"/ended")
		if err != nil {
			fmt.Println(err)
			return 1
		}
		_, _ = io.WriteString(stream, "keep\n")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "other-user":
		conn, err := net.Dial("unix", p.Socket)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		_, err = conn.Read(make([]byte, 1)) // a daemon that serves us starts with its version
		fmt.Println("answered:", err)
	}
	return 0
}

// startProgram starts another program and returns its first line.
func startProgram(t *testing.T, role string, p program, by *syscall.Credential) (*exec.Cmd, string) {
	t.Helper()
	what, err := json.Marshal(p)
	sshtest.Must(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SHARE_TEST_ROLE="+role, "SHARE_TEST_PROGRAM="+string(what))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: by, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	sshtest.Must(t, err)
	sshtest.Must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Scan()
	return cmd, lines.Text()
}
