package session

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
)

// Route is how the way into a job is made. Each gives the same: an SSH connection that
// ends in the job, or at least on its node.
type Route string

const (
	// Jump is ssh to the node, through the login node: the quickest.
	Jump Route = "ssh"
	// Step is ssh to a server of our own, which a step of the job starts, carried by
	// srun's input and output: for sites that do not let users log in to nodes.
	Step Route = "srun"
)

// Said is the route in words for a person.
func (r Route) Said() string {
	if r == Step {
		return "by srun, to an SSH server of our own in the job"
	}
	return "by ssh to the node"
}

// stepPatience is how long srun and its server may take until the server speaks: the
// node may have a prologue to run.
const stepPatience = 25 * time.Second

// open makes the connection to the node.
func open(ctx context.Context, login Login, route Route, job inside) (*tunnel.Conn, error) {
	node := job.node
	if route == Jump {
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
		Command: func(public string) string { return stepCommand(job, public) },
		Skip:    func(r io.Reader) (io.Reader, int, error) { return skipStartup(r, job.listen) },
	})
	if err != nil {
		return nil, stepFault(node, job.id, err)
	}
	return conn, nil
}

// portLine begins the line of step.sh that tells its port.
const portLine = "sunpyter:port "

// skipStartup reads what comes before the server speaks: what a login shell prints, and,
// where the step listens, its port.
func skipStartup(r io.Reader, listens bool) (io.Reader, int, error) {
	rest, err := slurm.SkipNoise(r)
	if err != nil {
		return nil, 0, err // no nil *bufio.Reader in an interface
	}
	for listens {
		line, err := rest.ReadString('\n')
		if err != nil {
			return rest, 0, nil //nolint:nilerr // the handshake finds out why
		}
		if port, found := strings.CutPrefix(line, portLine); found {
			number, _ := strconv.Atoi(strings.TrimSpace(port))
			return rest, number, nil
		}
	}
	return rest, 0, nil
}

// The exit codes of step.sh, of sysexits.h(3).
const (
	noFolder = 66 // EX_NOINPUT
	noServer = 72 // EX_OSFILE
)

// stepFault says what kept a step from being a way in.
func stepFault(node nodeFacts, jobID string, err error) error {
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
	case noServer:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "there is no sshd on the node", "Ask the site to install OpenSSH's server on the nodes."
	case noFolder:
		f.Code, f.Answer, f.Advice = fault.NoRoute, "its private folder "+node.Private+" is not to be seen there", "The job may have ended this moment."
		f.Err = errors.Join(errAbsent, err)
	}
	if f.Answer == "" {
		f.Answer = "srun ended without a word"
	}
	return f
}
