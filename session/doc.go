// Package session is the life of one remote kernel, from the first connection to the
// node being free again:
//
//	connecting → submitting → pending → starting → ready ⇄ disconnected → ending → ended
//
// A Session owns everything that it begins: the directory on the cluster, the job,
// the connection into it, the local port. One goroutine (run) goes through the states
// and changes the session's fields; it waits in one place (event), so every state
// serves every request. Whatever ends the life, the same clean-up follows (finish).
//
// What runs on the cluster is in session/remote, and what this computer remembers in
// session/store. The package may import both, slurm, tunnel and fault; it knows
// nothing of JSON-RPC.
package session
