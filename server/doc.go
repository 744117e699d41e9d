// Package server answers one client, an editor window or a terminal: one file a method, or for a few that
// belong together. It owns that client's sessions and the connections to login nodes that
// they share, and the order in which all of it ends.
//
// Its sub-packages are rpc, the JSON-RPC connection; connpool, the shared logins; check,
// the tests of cluster/check; envapi, fileapi and shellapi, the methods for environments, files
// and shells; and progress and logging. Only cmd/sunpyter and tests import it.
package server
