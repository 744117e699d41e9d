package terminal

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// oneShot is a command that makes a few calls to its own server and exits.
type oneShot struct {
	messages
	client  *rpcclient.Client
	emitter *emitter
}

// clientCommand completes a command that makes its calls through a server of its own.
func (p *program) clientCommand(cmd *cobra.Command, do func(ctx context.Context, a *oneShot, args []string) error) *cobra.Command {
	var flags rpcclient.Options
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return p.withServer(flags, func(ctx context.Context, a *oneShot) error { return do(ctx, a, args) })
	}
	addClientFlags(cmd.Flags(), &flags)
	return cmd
}

// withServer runs do with a server. The first Ctrl+C cancels its calls, the second ends the
// process.
func (p *program) withServer(flags rpcclient.Options, do func(ctx context.Context, a *oneShot) error) error {
	a := &oneShot{messages: p.newMessages(flags), emitter: newEmitter(p.out, flags.JSON)}
	defer a.screen.Close()
	err := interruptible(func(ctx context.Context) (err error) {
		if a.client, err = rpcclient.Connect(ctx, p.version, flags, a.handler()); err != nil {
			return err
		}
		defer a.client.Close()
		return do(ctx, a)
	})
	a.screen.Close()
	return a.emitter.emitError(err)
}

func (a *oneShot) handler() *rpcclient.Handler {
	return &rpcclient.Handler{
		Progress: func(p protocol.ProgressParams) {
			if p.Message != "" {
				a.screen.SetStatus(p.Message, true)
			}
		},
		Message:  a.logMessage,
		Show:     a.showMessage,
		Prompter: a.prompter(),
	}
}

// call calls a method, with a status until there is an answer.
func (a *oneShot) call(ctx context.Context, method string, params, result any) error {
	if !a.screen.HasStatus() {
		a.screen.SetStatus("Waiting for the cluster…", false)
	}
	err := a.client.Call(ctx, method, params, result)
	a.screen.SetStatus("", false)
	return err
}

// defaultCluster returns named, or the server's default cluster if it is empty.
func (a *oneShot) defaultCluster(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	var result protocol.ClusterListResult
	err := a.client.Call(ctx, protocol.MethodClusterList, protocol.ClusterListParams{}, &result)
	return result.Default, err
}

// localSessions returns the sessions that this computer knows.
func (a *oneShot) localSessions(ctx context.Context) (result protocol.KernelListResult, err error) {
	err = a.client.Call(ctx, protocol.MethodKernelList, protocol.KernelListParams{}, &result)
	return result, err
}

// clusterInUse returns named. If it is empty, it returns the cluster of this computer's kernels
// if all are on one, and else "", which is the server's default.
func (a *oneShot) clusterInUse(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	known, err := a.localSessions(ctx)
	if err != nil {
		return "", err
	}
	for _, s := range known.Sessions {
		cluster := placeText(s)
		if named != "" && named != cluster {
			return "", nil
		}
		named = cluster
	}
	return named, nil
}

// placeText returns a kernel's cluster as it is typed, with the user if one was named.
func placeText(s protocol.Session) string {
	if s.User != "" {
		return s.User + "@" + s.Cluster
	}
	return s.Cluster
}

// oneSession returns named, or the id of this computer's only session if it is empty. If there is
// none, or more than one, it returns an error that says so.
func (a *oneShot) oneSession(ctx context.Context, named, verb string) (string, error) {
	if named != "" {
		return named, nil
	}
	known, err := a.localSessions(ctx)
	if err != nil {
		return "", err
	}
	sessions := known.Sessions
	switch len(sessions) {
	case 1:
		return sessions[0].ID, nil
	case 0:
		return "", rpcclient.NewFailure(fault.UnknownSession, "finding your kernel", "no kernel is running on this computer", "Find others with "+fault.Command("list CLUSTER")+".")
	}
	a.printTable(sessions)
	return "", rpcclient.NewFailure(fault.BadRequest, "finding your kernel", "more than one is running", "Choose one of "+fault.Command("list --local")+", as in "+fault.Command(verb+" "+sessions[0].ID)+".")
}

// knownJob returns the id of this computer's session with a job's number, if there is exactly one.
func (a *oneShot) knownJob(ctx context.Context, number string) (id string, err error) {
	known, err := a.localSessions(ctx)
	for _, s := range known.Sessions {
		switch {
		case s.JobID != number:
		case id != "":
			return "", err
		default:
			id = s.ID
		}
	}
	return id, err
}

// firstArg returns the first of args, or "".
func firstArg(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// completeClusters completes names of profiles.
func completeClusters(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	set, _ := profile.Load(os.Getenv)
	var names []string
	for _, p := range set.Profiles() {
		names = append(names, p.Cluster+"\t"+p.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
