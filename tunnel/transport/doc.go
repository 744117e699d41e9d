// Package transport opens the byte stream to a host that SSH runs over: by TCP, as ssh's
// configuration says, or by a ProxyCommand. Packages tunnel and server import it; it imports
// tunnel/sshconfig and fault, and knows no SSH.
package transport
