package terminal

import "testing"

// TestEscape: Enter, ~ and a full stop leave a shell, wherever the keys are split; all else is sent.
func TestEscape(t *testing.T) {
	for _, row := range []struct {
		keys  []string
		sent  string
		leave bool
	}{
		{[]string{"ls ~.\r"}, "ls ~.\r", false},
		{[]string{"~."}, "", true},
		{[]string{"ls\r", "~", "."}, "ls\r", true},
		{[]string{"ls\r~~."}, "ls\r~.", false},
		{[]string{"\r~", "x~."}, "\r~x~.", false},
		{[]string{"\r~\r~."}, "\r~\r", true},
	} {
		e, sent, left := escapeFilter{lineStart: true}, "", false
		for _, keys := range row.keys {
			data, leave := e.filter([]byte(keys))
			sent, left = sent+string(data), left || leave
		}
		if sent != row.sent && !left || left != row.leave {
			t.Errorf("%q: sent %q, leave %v", row.keys, sent, left)
		}
	}
}
