package nodeconn

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// stepTimeout is how long srun and its sshd may take until the sshd speaks: the node
// may have a prologue to run.
const stepTimeout = 25 * time.Second

// Dial connects to the node by a route.
func Dial(ctx context.Context, login LoginConn, route store.Route, job Job) (*tunnel.Conn, error) {
	node := job.Node
	if route == store.Jump {
		return login.Jump(ctx, tunnel.NodeTarget{Host: node.Name, Port: 22, HostKeys: node.HostKeys})
	}
	if node.StepKey == "" {
		return nil, &fault.Error{
			Code: fault.NoRoute, Tried: "starting an SSH server in the job on " + node.Name, Answer: "there is no ssh-keygen on the node",
			Advice: "Ask the site to install OpenSSH's server on the nodes.",
		}
	}
	conn, err := login.DialCommand(ctx, tunnel.CommandTarget{
		Host: node.Name, HostKeys: []string{node.StepKey}, Patience: stepTimeout,
		Command: func(public string) string { return remote.StepCommand(job.ID, node, public, job.Listen) },
		Skip:    func(r io.Reader) (io.Reader, int, error) { return remote.SkipStepStartup(r, job.Listen) },
	})
	if err != nil {
		return nil, stepError(node, job.ID, err)
	}
	return conn, nil
}

// stepError returns why a step did not lead into the job.
func stepError(node store.Node, jobID string, err error) error {
	ended, ok := errors.AsType[*tunnel.CommandExitError](err)
	f := &fault.Error{Code: fault.CommandFailed, Tried: "starting an SSH server in job " + jobID + " on " + node.Name, Err: err}
	switch {
	case !ok && fault.CodeOf(err) == fault.ConnectTimeout:
		f.Answer = "srun ran, but nothing happened in time"
		f.Advice = "The node's slurmd may be down, or a firewall between the nodes and the login node's ports (SrunPortRange in Slurm's configuration): tell the site's support."
		return f
	case !ok:
		return err
	}
	f.Answer = ended.Stderr
	f.Advice = "Try to run a command in job " + jobID + " with srun on the login node; if it fails there too, tell the site's support."
	switch ended.Status {
	case remote.StepNoSSHD:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "there is no sshd on the node", "Ask the site to install OpenSSH's server on the nodes."
	case remote.StepNoDirectory:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "its private directory "+node.Private+" does not exist there", "The job may have just ended."
		f.Err = errors.Join(ErrAbsent, err)
	}
	if f.Answer == "" {
		f.Answer = "srun ended without a message"
	}
	return f
}
