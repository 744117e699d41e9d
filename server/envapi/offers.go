package envapi

import (
	"context"
	"slices"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/store"
)

// maxOffers is how many other environments are offered after a failed start.
const maxOffers = 20

// Offer adds to the error of a start that found no Jupyter, or no kernel in its
// environment, what the user can do instead. choice is the environment that was chosen, if one was. The
// start has failed, so the time of a search does not matter.
func (s *Environments) Offer(ctx context.Context, p profile.Profile, workdir string, choice Choice, err error) error {
	switch fault.CodeOf(err) {
	case fault.JupyterMissing, fault.KernelMissing, fault.EnvironmentBroken, fault.EnvironmentUnknown:
	default:
		return err
	}
	defer s.Pool.Acquire(p.Place)()
	found, searchErr := s.find(ctx, p, environments.Options{Workdir: workdir}, false)
	if searchErr != nil {
		return err
	}
	own := environments.Folder{Path: environments.DefaultPath(workdir)}
	if login, connectErr := s.Pool.Connect(ctx, p.Place, false); connectErr == nil {
		if resolved, resolveErr := environments.Resolve(ctx, login, own.Path); resolveErr == nil {
			own = resolved
		}
	}
	return rpc.WithChoices(err, choicesAfter(fault.CodeOf(err), withoutImage(found, choice.container), p.Place, choice.chosen.Path, own))
}

// choicesAfter returns the choices after a failed start: a missing ipykernel can be installed,
// then come other environments that have what was missing, and then one to be made in the folder own.
func choicesAfter(code fault.Code, found environments.Result, p store.Place, chosen string, own environments.Folder) []protocol.Choice {
	var choices []protocol.Choice
	change := func(action environments.Action, folder environments.Folder) {
		choices = append(choices, protocol.Choice{Kind: protocol.ChoiceChange, Commands: environments.Commands(action, folder), Change: &protocol.EnvironmentChangeParams{
			Cluster: p.Cluster, User: p.User, Action: protocol.EnvironmentAction(action), Path: folder.Path,
		}})
	}
	if code == fault.KernelMissing && chosen != "" {
		change(environments.Install, environments.Folder{Path: chosen})
	}
	for _, e := range found.Environments {
		request := requestFor(e)
		fits := e.Kernel != environments.No && (code != fault.JupyterMissing || e.Jupyter != environments.No)
		if request != nil && fits && (chosen == "" || e.Path != chosen) && len(choices) < maxOffers {
			w := wireEnvironment(e)
			choices = append(choices, protocol.Choice{Kind: protocol.ChoiceEnvironment, Environment: &w})
		}
	}
	change(environments.Create, own)
	return choices
}

// withoutImage leaves an image out.
func withoutImage(found environments.Result, image string) environments.Result {
	found.Environments = slices.DeleteFunc(slices.Clone(found.Environments), func(e environments.Environment) bool {
		return e.Kind == environments.Container && e.Path == image
	})
	return found
}
