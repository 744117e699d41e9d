//go:build linux

package link

import "sync"

// flows are the TCP connections that a line lets through.
type flows struct {
	mu    sync.Mutex
	known map[flow]bool
}

// flow is both ends of a connection: addresses and ports, with the end nearer to a first.
type flow [12]byte

// Forget makes the line lose every TCP connection that there is, silently and
// for good, as a firewall does that has restarted. New ones pass.
func (l *Line) Forget() { l.flows.Store(&flows{known: map[flow]bool{}}) }

// passes reports whether a packet belongs to nothing that was forgotten.
func (d *direction) passes(data []byte) bool {
	f := d.line.flows.Load()
	if f == nil {
		return true
	}
	key, first, ok := tcp(data[vnetHeader:], d == d.line.directions[1])
	if !ok {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if first {
		f.known[key] = true
	}
	return f.known[key]
}

// tcp reads the flow of an IPv4 packet and whether it opens it; ok is false for
// what is not TCP. back is whether the packet goes towards a.
func tcp(ip []byte, back bool) (key flow, first, ok bool) {
	if len(ip) < 40 || ip[0]>>4 != 4 || ip[9] != 6 {
		return key, false, false
	}
	segment := ip[int(ip[0]&15)*4:]
	if len(segment) < 20 {
		return key, false, false
	}
	from, to := 0, 6
	if back {
		from, to = to, from
	}
	copy(key[from:], ip[12:16])
	copy(key[from+4:], segment[0:2])
	copy(key[to:], ip[16:20])
	copy(key[to+4:], segment[2:4])
	const syn, ack = 2, 16
	return key, segment[13]&(syn|ack) == syn, true
}
