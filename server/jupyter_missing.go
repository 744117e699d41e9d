package server

import (
	"context"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// missingJupyter asks the user before a job waits in the queue that will probably find no Jupyter. The nodes may
// have one although the login node has none, so it is never an error by itself.
type missingJupyter struct {
	client protocol.Client
	stored *store.Store
	log    *zap.Logger
	site   profile.Profile
	// accepted is true once the user wants to start anyway. It is written before the job is submitted
	// and read when the session is ready.
	accepted bool
}

// confirm returns an error if the user does not want to start.
func (m *missingJupyter) confirm(ctx context.Context, site slurm.Site, req slurm.Request) error {
	if !site.NoJupyter || !req.Environment.IsPlain() || m.stored.Site(m.site.Place).JupyterInJobs {
		return nil
	}
	result, err := m.client.PromptConfirm(ctx, &protocol.PromptConfirmParams{
		Host: m.site.Host, Purpose: protocol.PurposeStart, Accept: "Start Anyway",
		Message: "Start on " + m.site.Title + " without an environment? The login node has no Jupyter.",
		Detail:  "Unless the compute node has one, the kernel will not start after it has waited in the queue.",
	})
	switch {
	case ctx.Err() != nil:
		return &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "cancelled", Err: ctx.Err()}
	case err != nil: // the client cannot ask
		m.log.Info("it could not be asked whether to start without Jupyter", zap.Error(err))
		return nil
	case result.Accepted:
		m.accepted = true
		return nil
	}
	return &fault.Error{Code: fault.JupyterMissing, Tried: "looking for Jupyter on the login node",
		Answer: "there is no jupyter-lab, jupyter-notebook or jupyter-server in your PATH, and no environment was chosen; nothing was started",
		Advice: "Choose a module or an environment that has Jupyter."}
}

// started remembers that jobs have a Jupyter, so that the user is not asked again.
func (m *missingJupyter) started() {
	if !m.accepted {
		return
	}
	if err := m.stored.UpdateSite(m.site.Place, func(site *store.Site) { site.JupyterInJobs = true }); err != nil {
		m.log.Warn("that jobs have a Jupyter could not be stored on this computer", zap.Error(err))
	}
}
