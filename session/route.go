package session

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

// stepPatience is how long srun and its server may take until the server speaks: the
// node may have a prologue to run.
const stepPatience = 25 * time.Second

// open makes the connection to the node.
func open(ctx context.Context, login Login, route store.Route, job inside) (*tunnel.Conn, error) {
	node := job.node
	if route == store.Jump {
		return login.Jump(ctx, tunnel.NodeTarget{Host: node.Name, Port: 22, User: login.User(), HostKeys: node.HostKeys})
	}
	if node.StepKey == "" {
		return nil, &fault.Error{
			Code: fault.NoRoute, Tried: "starting an SSH server in the job on " + node.Name, Answer: "there is no ssh-keygen on the node",
			Advice: "Ask the site to install OpenSSH's server on the nodes.",
		}
	}
	conn, err := login.Through(ctx, tunnel.CommandTarget{
		Host: node.Name, User: login.User(), HostKeys: []string{node.StepKey}, Patience: stepPatience,
		Command: func(public string) string { return remote.StepCommand(job.id, node, public, job.listen) },
		Skip:    func(r io.Reader) (io.Reader, int, error) { return remote.SkipStepStartup(r, job.listen) },
	})
	if err != nil {
		return nil, stepFault(node, job.id, err)
	}
	return conn, nil
}

// stepFault says what kept a step from being a way in.
func stepFault(node store.Node, jobID string, err error) error {
	ended, ok := errors.AsType[*tunnel.CommandEnded](err)
	if !ok && fault.CodeOf(err) == fault.ConnectTimeout {
		return &fault.Error{
			Code: fault.CommandFailed, Tried: "starting an SSH server in job " + jobID + " on " + node.Name, Answer: "srun ran, and nothing came of it in time", Err: err,
			Advice: "The node's slurmd may be down, or a firewall between the nodes and the login node's ports (SrunPortRange in Slurm's configuration): tell the site's support.",
		}
	}
	if !ok {
		return err
	}
	f := &fault.Error{
		Code: fault.CommandFailed, Tried: "starting an SSH server in job " + jobID + " on " + node.Name, Answer: ended.Words, Err: err,
		Advice: "Try `srun --overlap --jobid=" + jobID + " hostname` on the login node; if it fails there too, tell the site's support.",
	}
	switch ended.Status {
	case remote.StepNoSSHD:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "there is no sshd on the node", "Ask the site to install OpenSSH's server on the nodes."
	case remote.StepNoDirectory:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "its private folder "+node.Private+" is not to be seen there", "The job may have ended this moment."
		f.Err = errors.Join(errAbsent, err)
	}
	if f.Answer == "" {
		f.Answer = "srun ended without a word"
	}
	return f
}
