package terminal

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
)

// asking is a command that asks a server of its own a few things and ends.
type asking struct {
	notes
	client  *client
	emitter *emitter
}

// withServer runs do with a server. The first Ctrl+C cancels what is asked, the next
// ends the process.
func (p *program) withServer(flags clientFlags, do func(ctx context.Context, a *asking) error) error {
	a := &asking{notes: p.notes(flags), emitter: newEmitter(p.out, flags.json)}
	defer a.screen.close()
	err := interruptible(func(ctx context.Context) (err error) {
		if a.client, err = p.connect(ctx, flags, a.handler()); err != nil {
			return err
		}
		defer a.client.close()
		return do(ctx, a)
	})
	a.screen.close()
	return a.emitter.failed(err)
}

func (a *asking) handler() *handler {
	return &handler{
		progress: func(p protocol.ProgressParams) {
			if p.Message != "" {
				a.screen.wait(p.Message, true)
			}
		},
		message: a.logged,
		show:    a.shown,
		ask:     &asker{screen: a.screen, open: openTTY, note: a.note},
	}
}

// defaultCluster asks the server what is meant when no cluster is named.
func (a *asking) defaultCluster(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	var result protocol.ClusterListResult
	err := a.client.call(ctx, protocol.MethodClusterList, protocol.ClusterListParams{}, &result)
	return result.Default, err
}

// local asks what this computer knows.
func (a *asking) local(ctx context.Context) (result protocol.KernelListResult, err error) {
	err = a.client.call(ctx, protocol.MethodKernelList, protocol.KernelListParams{}, &result)
	return result, err
}

// only finds the one session of this computer, for a command that was told no id. With
// none, or several, it says so.
func (a *asking) only(ctx context.Context, verb string) (string, error) {
	known, err := a.local(ctx)
	if err != nil {
		return "", err
	}
	sessions := known.Sessions
	switch len(sessions) {
	case 1:
		return sessions[0].ID, nil
	case 0:
		return "", fail(fault.UnknownSession, "finding your kernel", "no kernel is running on this computer", "Find others with "+fault.Command("list CLUSTER")+".")
	}
	a.table(sessions)
	return "", fail(fault.BadRequest, "finding your kernel", "several are running", "Say which, as in "+fault.Command(verb+" "+sessions[0].ID)+".")
}

// first returns the first of args, or nothing.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// completeClusters completes the names of profiles.
func completeClusters(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	set, _ := profile.Load(os.Getenv)
	var names []string
	for _, p := range set.Profiles() {
		names = append(names, p.Name+"\t"+p.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
