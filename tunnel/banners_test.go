package tunnel

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestManyBanners: a host may send any number of banners before a login.
func TestManyBanners(t *testing.T) {
	t.Parallel()
	const sent = 20_000
	address := bannerHost(t, sent)
	target := &sshconfig.Target{Name: "login", Host: "127.0.0.1", User: "alice"}
	var mu sync.Mutex
	var notices []string
	stream, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	h := newHandshake(stream, target, time.Minute)
	defer h.watchdog.Stop()
	h.checkHostKey = func(net.Addr, ssh.PublicKey) error { return nil }
	h.login = sshauth.NewAttempt(t.Context(), sshauth.Config{Target: target, Keyring: &sshauth.Keyring{}, HungUp: func() bool { return false }, Notify: func(n prompts.Notice) {
		mu.Lock()
		defer mu.Unlock()
		notices = append(notices, n.Kind+": "+n.Text)
	}})
	conn, err := h.run(t.Context())
	if err == nil {
		conn.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	want := fmt.Sprint([]string{"banner: banner 1", "banner: banner 2", "banner: banner 3", "banner: 19997 more messages, which are not shown"})
	if len(notices) > 10 || fmt.Sprint(notices) != want {
		t.Errorf("%d notices: %.500q, want %s", len(notices), notices, want)
	}
}

// bannerHost serves one login without a key, after so many banners, and returns its address.
func bannerHost(t *testing.T, banners int) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{NoClientAuth: true, PreAuthConnCallback: func(conn ssh.ServerPreAuthConn) {
		for i := range banners {
			if conn.SendAuthBanner(fmt.Sprintf("banner %d\u202e\n", i+1)) != nil {
				return
			}
		}
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() {
		listener.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		stream, err := listener.Accept()
		if err != nil {
			return
		}
		defer stream.Close()
		if conn, _, _, err := ssh.NewServerConn(stream, config); err == nil {
			_ = conn.Wait()
		}
	}()
	return listener.Addr().String()
}
