package openssh

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// parserEvents collects a parser's notices and calls.
type parserEvents struct {
	notices []string
	stops   []error
	entered int
}

func (h *parserEvents) reader() *logParser {
	return &logParser{notify: func(kind, text string) { h.notices = append(h.notices, kind+": "+text) }, stop: func(why error) { h.stops = append(h.stops, why) }, onReady: func() { h.entered++ }}
}

// oldLog is a log of OpenSSH 7.4, with some other messages.
const oldLog = `OpenSSH_7.4p1, OpenSSL 1.0.2k-fips  26 Jan 2017
debug1: Reading configuration data /etc/ssh/ssh_config
debug1: Connecting to login.example.org [192.0.2.7] port 22.
debug1: Connection established.
debug1: Remote protocol version 2.0, remote software version OpenSSH_7.4
debug1: Server host key: ecdsa-sha2-nistp256 SHA256:abc
debug1: Host 'login.example.org' is known and matches the ECDSA host key.
debug1: SSH2_MSG_NEWKEYS sent
debug1: SSH2_MSG_SERVICE_ACCEPT received
Welcome to the cluster.
Do no harm.
debug1: Authentications that can continue: publickey,keyboard-interactive
debug1: Next authentication method: publickey
debug1: Offering RSA public key: /home/alice/.ssh/id_rsa
debug1: Server accepts key: pkalg rsa-sha2-512 blen 279
debug1: Authentication succeeded (publickey).
Authenticated to login.example.org ([192.0.2.7]:22).
debug1: setting up multiplex master socket
debug1: channel 0: new [/tmp/m]
debug1: Entering interactive session.
`

func TestLogOfOldVersion(t *testing.T) {
	t.Parallel()
	h := &parserEvents{}
	w := h.reader()
	for _, piece := range strings.SplitAfter(strings.ReplaceAll(oldLog, "\n", "\r\n"), "e") { // it arrives in pieces
		_, _ = w.Write([]byte(piece))
	}
	want := []string{"connected: 192.0.2.7:22", "host-known: ECDSA key SHA256:abc", "banner: Welcome to the cluster.\nDo no harm.", "logged-in: /home/alice/.ssh/id_rsa"}
	if !slices.Equal(h.notices, want) || h.entered != 1 || len(h.stops) != 0 {
		t.Errorf("%q, %d, %v", h.notices, h.entered, h.stops)
	}
}

// TestLogWithManyHostLines: a host may send any amount of text before a login, also lines
// that look like the program's own.
func TestLogWithManyHostLines(t *testing.T) {
	t.Parallel()
	const asking = "debug1: SSH2_MSG_NEWKEYS sent\n"
	for name, row := range map[string]struct {
		each, skipped string
		notices       int
	}{
		"one banner":                {"line %d\n", "banner: 19600 more lines, which are not shown", 1},
		"imitated separators":       {"line %d\ndebug1: nothing\n", "banner: 19997 more lines, which are not shown", 3},
		"imitated methods":          {"line %d\ndebug1: Authentications that can continue: password\n", "banner: 19997 more lines, which are not shown", 3},
		"several lines in a notice": {"line %d\nand more\ndebug1: nothing\n", "banner: 39994 more lines, which are not shown", 3},
	} {
		for end, finish := range map[string]func(w *logParser){
			"in": func(w *logParser) {
				_, _ = w.Write([]byte("Authenticated to h ([192.0.2.7]:22) using \"none\".\n"))
			},
			"refused": func(w *logParser) {
				_, _ = w.Write([]byte("debug1: No more authentication methods to try.\n"))
				_ = w.loginError(&sshconfig.Target{Name: "cluster", Host: "h", Port: 22}, "ssh", nil, nil)
			},
		} {
			t.Run(name+", "+end, func(t *testing.T) {
				h := &parserEvents{}
				w := h.reader()
				_, _ = w.Write([]byte(asking))
				for i := range 20_000 {
					_, _ = fmt.Fprintf(w, row.each, i)
				}
				finish(w)
				var of []string
				for _, notices := range h.notices {
					if strings.HasPrefix(notices, "banner: ") || strings.HasPrefix(notices, "instruction: ") {
						of = append(of, notices)
					}
				}
				if len(of) != row.notices+1 || of[len(of)-1] != row.skipped {
					t.Errorf("%d notices: %.300q", len(of), of)
				}
			})
		}
	}
	// An instruction before each question is shown, however many there are.
	h := &parserEvents{}
	w := h.reader()
	_, _ = w.Write([]byte(asking + "debug1: Authentications that can continue: keyboard-interactive\n"))
	for i := range 6 {
		_, _ = fmt.Fprintf(w, "instruction %d\n", i)
		w.flushHostLines()
		w.prompted(true, false)
	}
	if got := strings.Count(strings.Join(h.notices, "\n"), "instruction "); got != 6 {
		t.Errorf("%q", h.notices)
	}
}

// TestLogStopsLogin: nothing may follow a refused answer.
func TestLogStopsLogin(t *testing.T) {
	t.Parallel()
	const asking = "debug1: SSH2_MSG_NEWKEYS sent\ndebug1: Authentications that can continue: publickey,password\n"
	for words, stops := range map[string]int{
		"debug1: Authentications that can continue: password\n":                                                                                          1,
		"Authenticated using \"password\" with partial success.\ndebug1: Authentications that can continue: keyboard-interactive\n":                      0,
		"debug1: Authentication succeeded (password).\nAuthenticated to h ([192.0.2.7]:22) using \"password\".\ndebug1: Entering interactive session.\n": 0,
		"Permission denied, please try again.\n":                                                                                                         1,
	} {
		h := &parserEvents{}
		w := h.reader()
		_, _ = w.Write([]byte(asking))
		w.prompted(true, false)
		_, _ = w.Write([]byte(words))
		if len(h.stops) != stops {
			t.Errorf("%q: %v", words, h.stops)
		}
	}
}

func TestLoginErrors(t *testing.T) {
	t.Parallel()
	target := &sshconfig.Target{Name: "cluster", Host: "login.example.org", Port: 22}
	for words, code := range map[string]fault.Code{
		"ssh: Could not resolve hostname x: Name or service not known":                                                            fault.HostUnknown,
		"ssh: connect to host x port 22: No route to host":                                                                        fault.ConnectFailed,
		"ssh: connect to host x port 22: Operation timed out":                                                                     fault.ConnectTimeout,
		"Connection timed out during banner exchange":                                                                             fault.ConnectTimeout,
		"No ED25519 host key is known for x and you have requested strict checking.\nHost key verification failed.":               fault.HostKeyUnknown,
		"Unable to negotiate with 192.0.2.7 port 22: no matching key exchange method found.":                                      fault.HandshakeFailed,
		"/home/a/.ssh/config: line 3: Bad configuration option: x\n/home/a/.ssh/config: terminating, 1 bad configuration options": fault.SSHConfig,
		"Bad owner or permissions on /home/a/.ssh/config":                                                                         fault.SSHConfig,
		"hpc-ssh: there is no ticket":                                                                                             fault.ConnectFailed,
		"":                                                                                                                        fault.ConnectFailed,
	} {
		w := (&parserEvents{}).reader()
		_, _ = w.Write([]byte(words + "\n"))
		f := w.loginError(target, "hpc-ssh", nil, fmt.Errorf("exit status 255"))
		if f.Code != code || f.Advice == "" || f.Answer == "" || strings.Contains(f.Advice, "HOST") || (words != "" && !strings.Contains(f.Answer, firstLine(words))) {
			t.Errorf("%q: %+v", words, f)
		}
	}
}

// TestLogOfLibraries: messages of the program and its libraries during authentication
// are not taken for the host's, and lead to advice.
func TestLogOfLibraries(t *testing.T) {
	t.Parallel()
	const asking = "debug1: SSH2_MSG_NEWKEYS sent\ndebug1: Authentications that can continue: publickey,gssapi-with-mic\n"
	for words, hint := range map[string]string{
		"debug1: Next authentication method: gssapi-with-mic\ndebug1: No credentials were supplied\nNo Kerberos credentials available (default cache: FILE:/x)\n": "a Kerberos ticket, and",
		"debug1: Next authentication method: gssapi-with-mic\ndebug1: Unspecified GSS failure.\nTicket expired\n\n":                                               "Your Kerberos ticket has expired",
		"debug1: Next authentication method: gssapi-with-mic\ndebug1: Unspecified GSS failure.\nServer host/x@LAB not found in Kerberos database\n":               "the one to use",
		"debug1: Next authentication method: gssapi-with-mic\ndebug1: Unspecified GSS failure.\nCannot contact any KDC for realm 'LAB'\n":                         "the VPN if the site needs one",
		"PKCS#11 login failed: PIN incorrect\nlogin failed\npkcs11_get_key failed\n":                                                                              "The PIN was wrong",
		"PKCS#11 login failed: PIN locked\n": "its issuer",
		"could not open any host key\nssh_keysign: no reply\nsign using hostkey ssh-ed25519 SHA256:x failed\n": "EnableSSHKeysign",
	} {
		h := &parserEvents{}
		w := h.reader()
		_, _ = w.Write([]byte(asking + words + "debug1: Next authentication method: publickey\nThe host's own words\n" +
			"debug1: No more authentication methods to try.\nx@h: Permission denied (publickey,gssapi-with-mic).\n"))
		f := w.loginError(&sshconfig.Target{Name: "h", Host: "h", Port: 22}, "ssh", nil, nil)
		if want := "instruction: The host's own words"; h.notices[len(h.notices)-1] != want || strings.Count(strings.Join(h.notices, "\n"), "instruction") != 1 {
			t.Errorf("%q: notices %q", words, h.notices)
		}
		if f.Code != fault.AuthRefused || !strings.Contains(f.Advice, hint) || !strings.Contains(f.Advice, "Check your user name") {
			t.Errorf("%q: %+v", words, f)
		}
	}
}

func FuzzLogParser(f *testing.F) {
	f.Add(oldLog)
	f.Add("debug1: Connecting to [] port\nAuthenticated to \nWARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nOffending key in x\ndebug1: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		w := (&parserEvents{}).reader()
		_, _ = w.Write([]byte(text))
		f := w.loginError(&sshconfig.Target{Name: "h", Host: "h", Port: 22}, "ssh", nil, nil)
		if f.Code == "" || f.Advice == "" || len(w.kept) > maxLines || len(w.banner.pending) > maxHostLines || len(w.rest) > maxLine {
			t.Errorf("%+v", f)
		}
	})
}

// TestHostKeyPrompts: the question of each version, as recorded.
func TestHostKeyPrompts(t *testing.T) {
	t.Parallel()
	for version, prompt := range map[string]string{
		"7.4":  "The authenticity of host 'login (192.0.2.7)' can't be established.\nED25519 key fingerprint is SHA256:abc.\nAre you sure you want to continue connecting (yes/no)? ",
		"9.2":  "The authenticity of host 'login (192.0.2.7)' can't be established.\nED25519 key fingerprint is SHA256:abc.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ",
		"10.6": "The authenticity of host 'login (192.0.2.7)' can't be established.\nED25519 key fingerprint is: SHA256:abc\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ",
	} {
		if q := parseHostKeyPrompt(prompt); q.host != "login (192.0.2.7)" || q.key != "ED25519 key SHA256:abc" || len(q.more) != 0 {
			t.Errorf("%s: %+v", version, q)
		}
	}
	q := parseHostKeyPrompt("The authenticity of host 'a (b)' can't be established\nbut keys of different type are already known for this host.\nRSA key fingerprint is SHA256:x.\n" +
		"This host key is known by the following other names/addresses:\n    ~/.ssh/known_hosts:3: c\nAre you sure you want to continue connecting (yes/no)? ")
	if q.key != "RSA key SHA256:x" || len(q.more) != 3 {
		t.Errorf("%+v", q)
	}
	for _, odd := range []string{"", "\n", "yes?", "fingerprint is: x\ny"} {
		if q := parseHostKeyPrompt(odd); q.host != "" || q.key != "" {
			t.Errorf("%q: %+v", odd, q)
		}
	}
}

// TestSkippedKeys: the log of OpenSSH 10.6 for a host that accepts RSA keys by SHA-1 only, and for a
// configuration that excludes RSA keys.
func TestSkippedKeys(t *testing.T) {
	t.Parallel()
	const begin = "debug1: SSH2_MSG_NEWKEYS sent\ndebug1: kex_ext_info_client_parse: server-sig-algs=<ssh-rsa>\ndebug1: Authentications that can continue: publickey\n" +
		"debug1: Next authentication method: publickey\n"
	const end = "debug1: No more authentication methods to try.\nroot@h: Permission denied (publickey).\n"
	for words, want := range map[string]string{
		"debug1: Skipping ssh-rsa key /k/id_rsa - corresponding algorithm not supported by server\n":          "PubkeyAcceptedAlgorithms +ssh-rsa",
		"debug1: Skipping ssh-rsa key /k/id_rsa - corresponding algorithm not in PubkeyAcceptedAlgorithms\n":  "excludes their type: /k/id_rsa (RSA)",
		"debug1: Skipping ssh-rsa key /k/id_rsa - corresponding algorithm not in PubkeyAcceptedAlgorithms \n": "excludes their type: /k/id_rsa (RSA)",
	} {
		w := (&parserEvents{}).reader()
		_, _ = w.Write([]byte(begin + words + end))
		f := w.loginError(&sshconfig.Target{Name: "h", Host: "h", Port: 22}, "ssh", nil, nil)
		if f.Code != fault.AuthRefused || !strings.Contains(f.Error(), want) {
			t.Errorf("%q: %v", words, f)
		}
	}
}
