// Package session is the life of one remote kernel, from the first connection
// to the node being free again:
//
//	connecting → submitting → pending → starting → ready ⇄ disconnected → ending → ended
//
// A Session owns everything that it begins: the folder on the cluster, the job,
// the way into it, the local port. It has one goroutine (run) that walks through
// the states; whatever ends that walk, the same clean-up follows (end).
//
// Three scripts do the work on the other side. folder.sh, on the login node,
// makes the session's folder and tells what the job writes there; it is gone
// once the kernel is ready. job.sh is the batch job: it starts Jupyter and ends
// it when the lease runs out. attach.sh, in the job, renews the lease.
package session
