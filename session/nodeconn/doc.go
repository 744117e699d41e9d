// Package nodeconn connects into a job: the plan of the routes, the SSH connection by the
// first that works, the agent at its far end, and the streams over it, to Jupyter and to
// shells.
//
// It imports session/remote and session/store, slurm, tunnel and fault; it knows nothing of
// a session's states. Package session, server and server's sub-packages import it.
package nodeconn
