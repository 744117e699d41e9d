package protocol

// ClusterEnvironmentsParams says where to look for environments.
type ClusterEnvironmentsParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// WorkingDirectory is a folder to look in too. Default: the profile's working directory.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// Project is one more folder on the cluster to look in, such as a project's copy.
	Project string `json:"project,omitzero"`
	// Refresh asks the module command again, whose answer is remembered for ten minutes, and waits for it: up to 20 s
	// where it is slow. Otherwise it is then run in the background, for the next request.
	Refresh bool `json:"refresh,omitzero"`
	// ProgressToken, if set, makes $/progress report each stage.
	ProgressToken string `json:"progressToken,omitzero"`
}

// ClusterEnvironmentsResult is what was found.
type ClusterEnvironmentsResult struct {
	// Cluster is the profile's name, or the host.
	Cluster string `json:"cluster"`
	// Title is the cluster's display name.
	Title string `json:"title"`
	// Environments are those that the site offers, and those found: first those in which kernels
	// can run, and then by name.
	Environments []EnvironmentInfo `json:"environments"`
	// Incomplete is true if there was not enough time to look everywhere.
	Incomplete bool `json:"incomplete,omitzero"`
}

// EnvironmentKind is what kind of environment it is.
type EnvironmentKind string

// The kinds of environments.
const (
	// EnvironmentConda: of conda, mamba, micromamba or pixi.
	EnvironmentConda EnvironmentKind = "conda"
	// EnvironmentVenv: a Python virtual environment, of whatever program.
	EnvironmentVenv EnvironmentKind = "venv"
	// EnvironmentPython: a Python that pyenv or uv installed.
	EnvironmentPython EnvironmentKind = "python"
	// EnvironmentModule: a module of the site.
	EnvironmentModule EnvironmentKind = "module"
	// EnvironmentContainer: a container image, a file or a folder.
	EnvironmentContainer EnvironmentKind = "container"
	// EnvironmentSite: one that the site offers by a name of its own.
	EnvironmentSite EnvironmentKind = "site"
	// EnvironmentKernelspec: a kernel of any language that the user installed. Notebooks can
	// use it in any environment; it cannot be chosen as one.
	EnvironmentKernelspec EnvironmentKind = "kernelspec"
)

// Presence is whether something is in an environment.
type Presence string

// The values of Presence.
const (
	// PresenceYes: it is there.
	PresenceYes Presence = "yes"
	// PresenceNo: it is not there.
	PresenceNo Presence = "no"
	// PresenceUnknown: it cannot be seen from files.
	PresenceUnknown Presence = "unknown"
)

// EnvironmentInfo is an environment on a cluster.
type EnvironmentInfo struct {
	// Kind is what kind it is.
	Kind EnvironmentKind `json:"kind"`
	// Name is a short name to show. Others may have the same one.
	Name string `json:"name"`
	// Manager is the program that made it, where that is known: "pixi", "poetry", "uv", "pyenv".
	Manager string `json:"manager,omitzero"`
	// Path is its folder, or the file of an image; of a module, the folder that its Python is in, if it is known.
	Path string `json:"path,omitzero"`
	// PythonVersion is the version of its Python, as far as it is known: "3.12.1", "3.12".
	PythonVersion string `json:"pythonVersion,omitzero"`
	// Language is the language of a kernelspec: "python", "R", "julia".
	Language string `json:"language,omitzero"`
	// Kernel says whether kernels can run in it, for Python whether ipykernel is in it.
	Kernel Presence `json:"kernel"`
	// Jupyter says whether a Jupyter server is in it. Without one, kernels can still run in it
	// if there is another Jupyter.
	Jupyter Presence `json:"jupyter"`
	// Problem is why kernels cannot run in it, where there is more to say than that ipykernel is
	// missing: "its Python /usr/bin/python3.9 is gone".
	Problem string `json:"problem,omitzero"`
	// Request is how a request for a kernel names it; absent if it cannot be chosen.
	Request *Environment `json:"request,omitzero"`
}

// EnvironmentAction is what to do with an environment.
type EnvironmentAction string

// The actions.
const (
	// EnvironmentCreate: make one with a Jupyter server and ipykernel, by python3 -m venv and pip.
	EnvironmentCreate EnvironmentAction = "create"
	// EnvironmentInstall: install ipykernel in one that exists, by its pip.
	EnvironmentInstall EnvironmentAction = "install"
	// EnvironmentRemove: remove one that was made by "create".
	EnvironmentRemove EnvironmentAction = "remove"
)

// EnvironmentChangeParams says what to do with which environment.
type EnvironmentChangeParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Action is what to do.
	Action EnvironmentAction `json:"action"`
	// Path is the environment's folder. Default, but not for "install":
	// sunpyter-environment in the working directory.
	Path string `json:"path,omitzero"`
	// WorkingDirectory is where the default path is. Default: the profile's working directory.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// DryRun only returns the path and the commands.
	DryRun bool `json:"dryRun,omitzero"`
	// ProgressToken, if set, makes $/progress report what is being done.
	ProgressToken string `json:"progressToken,omitzero"`
}

// EnvironmentChangeResult is what was done.
type EnvironmentChangeResult struct {
	// Path is the absolute path of the environment.
	Path string `json:"path"`
	// Commands are the commands, one each.
	Commands []string `json:"commands"`
	// Replaces is true if "create" has made an environment there before, which is removed first.
	Replaces bool `json:"replaces,omitzero"`
	// Environment is the environment as it is now; absent if it was removed, or nothing was done.
	Environment *EnvironmentInfo `json:"environment,omitzero"`
}

// ChoiceKind is what a client can do after a problem.
type ChoiceKind string

// The kinds of choices.
const (
	// ChoiceEnvironment: start a kernel in another environment.
	ChoiceEnvironment ChoiceKind = "environment"
	// ChoiceChange: send environment/change, and start a kernel in that environment.
	ChoiceChange ChoiceKind = "change"
)

// Choice is something that a client can offer after a problem.
type Choice struct {
	// Kind is what it is.
	Kind ChoiceKind `json:"kind"`
	// Environment is the environment to start in, of kind "environment".
	Environment *EnvironmentInfo `json:"environment,omitzero"`
	// Change is the request to send, of kind "change". Show its commands first.
	Change *EnvironmentChangeParams `json:"change,omitzero"`
	// Commands are the commands of the change.
	Commands []string `json:"commands,omitzero"`
}
