// Package proxy is the one local port of a session: an HTTP server on 127.0.0.1 that passes
// requests on to a server at the far end of a connection while there is one, and answers 503
// while there is none. The port stays the same until it is closed.
//
// session may import it. It knows connections only as functions that open a byte stream.
package proxy
