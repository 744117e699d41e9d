package envapi

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// Choice is what was found under the name of an environment in a request.
type Choice struct {
	name      string
	chosen    slurm.Chosen
	module    string // instead of chosen
	container string // instead of chosen: the path of an image
}

// Apply puts the choice into an environment of a job that has its name.
func (c Choice) Apply(e *slurm.Environment) {
	switch {
	case c.name == "" || e.Name != c.name && e.Container != c.name:
	case c.container != "":
		e.Name, e.Container = "", c.container
	case c.module != "":
		e.Modules = []string{c.module}
	default:
		e.Chosen = c.chosen
	}
}

// Choose looks up the environment that a request names, if it names one, so that a
// start that must fail does so before the job waits in the queue. The connection is the one that
// the session uses then.
func (s *Environments) Choose(ctx context.Context, p profile.Profile, r slurm.Request) (Choice, error) {
	name := cmp.Or(r.Environment.Container, r.Environment.Name)
	choice := Choice{name: name}
	if name == "" {
		return choice, nil
	}
	defer s.Pool.Acquire(p.Place)()
	o := environments.Options{Workdir: r.WorkingDirectory}
	isImage := r.Environment.Container != "" || slurm.IsPath(name) && strings.HasSuffix(name, ".sif")
	if slurm.IsPath(name) {
		o.Paths, o.Images = []string{name}, isImage
	}
	found, err := s.find(ctx, p, o, false)
	if err != nil {
		return choice, err
	}
	if isImage {
		choice.container, err = s.chooseImage(found, name)
		return choice, err
	}
	e, err := s.pick(ctx, p, found, name)
	if err != nil {
		return choice, err
	}
	switch e.Kind {
	case environments.Container:
		choice.container, err = s.chooseImage(found, e.Path)
		return choice, err
	case environments.Module:
		choice.module = e.Name
	default:
		choice.chosen = slurm.Chosen{Path: e.Path, Title: e.Name, Python: e.MinorVersion(), Jupyter: e.Jupyter == environments.Yes}
	}
	return choice, usable(e)
}

// pick is pickEnvironment, which waits for slow modules if the name may be that of one.
func (s *Environments) pick(ctx context.Context, p profile.Profile, found environments.Result, name string) (environments.Environment, error) {
	e, err := pickEnvironment(found, name)
	if err == nil || slurm.IsPath(name) || found.AllModules {
		return e, err
	}
	if found, err = s.withModules(ctx, p, found, s.listModules(p)); err != nil {
		return e, err
	}
	return pickEnvironment(found, name)
}

// pickEnvironment returns the environment that the user calls name. Of several, one in which
// kernels can run is preferred.
func pickEnvironment(found environments.Result, name string) (environments.Environment, error) {
	var named []environments.Environment
	for _, e := range found.Environments {
		if e.Kind != environments.Kernelspec && (slurm.IsPath(name) || slices.Contains(e.Names(), name)) {
			named = append(named, e)
		}
	}
	best := slices.DeleteFunc(slices.Clone(named), func(e environments.Environment) bool { return rank(e) > rank(named[0]) })
	f := &fault.Error{Code: fault.EnvironmentUnknown, Tried: "looking for the environment " + name + " on the login node"}
	switch {
	case len(best) == 1:
		return best[0], nil
	case len(best) > 1:
		f.Answer, f.Advice = "there is more than one of that name: "+strings.Join(paths(best), ", "), "Name it by its path."
	case slurm.IsPath(name):
		f.Answer, f.Advice = "there is no Python environment in that folder", "Correct "+fault.Field("environment.name")+"; "+fault.Command("environments")+" lists those that you have."
	default:
		f.Answer = "there is none of that name"
		if !found.Complete {
			f.Answer += ", though there was not enough time to look everywhere"
		}
		f.Advice = "Name it by its path; " + fault.Command("environments") + " lists those that were found."
	}
	return environments.Environment{}, f
}

func paths(all []environments.Environment) []string {
	var list []string
	for _, e := range all {
		list = append(list, e.Path)
	}
	return list
}

// usable returns why no kernel can run in an environment, as far as its files show.
func usable(e environments.Environment) error {
	switch {
	case e.MissingProgram != "":
		return &fault.Error{Code: fault.EnvironmentBroken, Tried: "looking at the environment " + e.Path, Answer: e.Problem(),
			Advice: "Recreate the environment, or choose another one."}
	case e.Kernel == environments.No:
		return &fault.Error{Code: fault.KernelMissing, Tried: "looking at the environment " + e.Path, Answer: cmp.Or(e.Problem(), "ipykernel is not installed in it"),
			Advice: fmt.Sprintf("Install it there: %s. Or choose another environment.", fault.Shell(e.InstallKernel()))}
	}
	return nil
}

// chooseImage returns the path of the container image that a request names. One that only the compute nodes may
// have is left to the job, with a notice: the user may have mistyped its path.
func (s *Environments) chooseImage(found environments.Result, name string) (string, error) {
	image, err := pickImage(found, name)
	if err != nil {
		return "", err
	}
	if image.Elsewhere {
		s.Notices.Show(protocol.LogInfo, "The login node does not have the container image "+name+". The kernel starts if the compute node has it.", "")
	}
	return image.Path, nil
}

// pickImage returns the container image that a request names, or why it cannot be used, as far as its
// files show. A name is that of a file that the search found; otherwise found has the image alone.
func pickImage(found environments.Result, name string) (environments.Environment, error) {
	answer := "there is no image file with that path, and no folder with the root of an image"
	advice := "Correct the path, or choose another image."
	for _, e := range found.Environments {
		if e.Kind != environments.Container || len(found.Environments) > 1 && e.Path != name {
			continue
		}
		if answer = e.Problem(); answer == "" {
			return e, nil
		}
		if e.Denied {
			advice = remote.ImageDenied
		}
	}
	return environments.Environment{}, &fault.Error{Code: fault.ContainerImage, Tried: "opening the container image " + name + " on the login node",
		Answer: answer, Advice: advice}
}
