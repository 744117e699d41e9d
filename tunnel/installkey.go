package tunnel

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
)

// installScript appends the key on its stdin to ~/.ssh/authorized_keys, unless it
// is there. The user's shell there, which may be any, gets it in single
// quotes: it must not contain quotes, exclamation marks or line ends.
const installScript = `umask 077; cd || exit 1; ` +
	`IFS= read -r line || exit 1; key=$(printf "%s\n" "$line" | cut -d " " -f 1,2); ` +
	`mkdir -p .ssh || exit 1; file=.ssh/authorized_keys; ` +
	`if [ -f "$file" ] && grep -v "^[[:space:]]*#" "$file" | grep -qF -e "$key"; then echo there; exit 0; fi; ` +
	`if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >> "$file" || exit 1; fi; ` +
	`printf "%s\n" "$line" >> "$file" || exit 1; ` +
	`if type restorecon >/dev/null 2>&1; then restorecon -F .ssh "$file" >/dev/null 2>&1; fi; echo added`

// InstallKey installs a public key, one line of authorized_keys, on the host,
// as ssh-copy-id does, so that the next login uses that key. added is false
// if it was already there.
//
// Faults: BadRequest for a line that is not a plain public key, HomeNotWritable, and those of Run.
func (c *Conn) InstallKey(ctx context.Context, public string) (added bool, err error) {
	tried := "installing the public key on " + c.target.Label()
	key, comment, options, rest, err := ssh.ParseAuthorizedKey([]byte(public))
	if err != nil || len(options) > 0 || len(strings.TrimSpace(string(rest))) > 0 {
		return false, &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: "this is not a public key", Advice: "Enter the one line of a .pub file.", Err: err}
	}
	line := strings.TrimSpace(sshkey.Line(key) + " " + bounded.Text(comment, 100))
	stdout, stderr, exit, err := c.Run(ctx, "exec /bin/sh -c '"+installScript+"'", []byte(line+"\n"))
	if err != nil {
		return false, err
	}
	answer := strings.TrimSpace(string(stdout))
	switch {
	case exit == 0 && strings.HasSuffix(answer, "added"):
		return true, nil
	case exit == 0 && strings.HasSuffix(answer, "there"):
		return false, nil
	}
	return false, &fault.Error{Code: fault.HomeNotWritable, Tried: tried,
		Answer: fmt.Sprintf("it could not be written to ~/.ssh/authorized_keys (exit %d): %s", exit, bounded.Text(string(stderr)+answer, 500)),
		Advice: "Check that your home directory there has free space and is writable, or install the key as the site's documentation says."}
}
