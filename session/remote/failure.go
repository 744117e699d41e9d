package remote

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// Failure returns the error for "CODE BASE64" of a script.
func Failure(rest string) error {
	code, encoded := Cut(rest)
	text := Text(encoded)
	f, known := failures[code]
	if !known {
		f = fault.Error{Code: fault.JobFailed, Tried: "starting Jupyter in the job", Advice: "See " + fault.Command("log") + " for more."}
	}
	switch {
	case code == "out-of-memory": // text is the job's limit in bytes
		bytes, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		return Memory{HadMiB: int(bytes >> 20)}.Error("Jupyter")
	case f.Code == fault.WorkdirMissing, f.Code == fault.WorkdirNotWritable:
		return workdirFailure(f, text)
	case strings.HasPrefix(code, "container-"):
		what, answer, _ := strings.Cut(text, "\n")
		f.Tried, text = f.Tried+what, answer
	case f.Code == fault.EnvironmentBroken, f.Code == fault.KernelMissing:
		dir, answer, _ := strings.Cut(text, "\n")
		f.Tried, text = "starting a kernel's Python in the environment "+dir, answer
	}
	if text = strings.TrimSpace(text); text != "" {
		f.Answer = text
	}
	if f.Code == fault.EnvironmentFailed {
		f.Advice = cmp.Or(environmentAdvice(text), f.Advice)
	}
	return &f
}

// environmentAdvice returns what to do about the words of conda and of the module command that
// users meet most, or "".
func environmentAdvice(text string) string {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case has("conda init", "properly configured to use 'conda activate'", "running as a subprocess and can't modify the parent shell"):
		return "conda is not set up for the job's shell, which needs no set-up here: name the environment in " + fault.Field("environment.name") + " instead of activating it in a set-up line."
	case has("because these module(s) are loaded", "due to a conflict", "conflicts with the currently loaded module"):
		return "These modules cannot be loaded together: name only one of them in " + fault.Field("environment.modules") + ", or unload the other one first, in " + fault.Field("environment.setup") + "."
	}
	return ""
}

// workdirFailure returns the error about the directory in text. If the login node could
// use it and the job could not, the node's name is the second line.
func workdirFailure(f fault.Error, text string) error {
	dir, node, inJob := strings.Cut(text, "\n")
	f.Tried = "entering the working directory " + dir
	f.Answer = map[fault.Code]string{fault.WorkdirMissing: "it doesn't exist, or you can't open it", fault.WorkdirNotWritable: "you can't write to it"}[f.Code]
	if inJob {
		f.Tried += " on the compute node " + node
		f.Answer += ", although the login node can use it"
		f.Advice = "Choose a directory that the login node and the compute nodes share: change " + fault.Setting("workdir") + "."
	}
	return &f
}

// ImageDenied is what to do about a container image that the user has no permission to read.
const ImageDenied = "If it is yours, allow it with chmod. If not, ask its owner to let you read it and open the folders that it is in, or choose another image."

// failures are the codes that the scripts send.
var failures = map[string]fault.Error{
	"home-not-writable": {Code: fault.HomeNotWritable, Tried: "creating a directory in your home directory on the cluster",
		Advice: "If it is full, free some space there (" + fault.Shell("quota") + " and " + fault.Shell("du -sh ~/*") + " show what is used); if it is read-only, ask the site's support. Then start again."},
	"session-dir": {Code: fault.HomeNotWritable, Tried: "making a folder for the kernel in the directory of " + fault.Setting("session_dir"),
		Advice: "It must exist, be yours, and be writable by you only. Change " + fault.Setting("session_dir") + "."},
	"workdir-missing": {Code: fault.WorkdirMissing,
		Advice: "Create it on the cluster, or change " + fault.Setting("workdir") + "."},
	"workdir-not-made": {Code: fault.FileFailed, Tried: "creating the folder in which the kernel is to start",
		Advice: "Choose another place on the cluster for the copy of your folder."},
	"workdir-not-writable": {Code: fault.WorkdirNotWritable,
		Advice: "Choose a directory that you can write to: change " + fault.Setting("workdir") + "."},
	"node-disk-full": {Code: fault.NodeDiskFull, Tried: "creating a private directory on the compute node",
		Advice: "Try again. If it happens again, exclude this node with " + fault.Option("exclude=NODE") + " and tell the site's support."},
	"environment-failed": {Code: fault.EnvironmentFailed, Tried: "setting up the environment in the job",
		Advice: "Try the same in a shell on the cluster, and correct the request or the configuration."},
	"environment-broken": {Code: fault.EnvironmentBroken,
		Advice: "Recreate the environment, or choose another one. If it needs a module, such as that of its Python, name it in " + fault.Field("environment.modules") + "."},
	"environment-shadowed": {Code: fault.EnvironmentShadowed, Tried: "starting Python in the environment",
		Advice: "Remove the variable from your login files or the modules that set it, or those packages; or set " + fault.Field("environment.variables.PYTHONNOUSERSITE") + " to 1 for packages in ~/.local."},
	"kernel-missing": {Code: fault.KernelMissing,
		Advice: "Install ipykernel in it, or choose another environment."},
	"container-image": {Code: fault.ContainerImage, Tried: "opening the container image ",
		Advice: "Correct " + fault.Field("environment.container") + ", or copy the image to a disk that the compute nodes have."},
	"container-denied": {Code: fault.ContainerImage, Tried: "opening the container image ", Advice: ImageDenied},
	"container-runtime": {Code: fault.ContainerRuntime, Tried: "looking for the program that runs the container image on the compute node ",
		Advice: "If a module has it, name that in " + fault.Field("environment.modules") + ". If not, ask the site's support how to run containers there."},
	"container-namespaces": {Code: fault.ContainerNamespaces, Tried: "starting the container on the compute node ",
		Advice: "The node does not let users create user namespaces, which containers need. Ask the site's support to allow them (sysctl user.max_user_namespaces), or where containers can run."},
	"container-architecture": {Code: fault.ContainerArchitecture, Tried: "starting Python in the container image ",
		Advice: "The image is for processors of another kind. Build it for those of the compute nodes, or choose nodes that it is for."},
	"container-python": {Code: fault.ContainerPython, Tried: "starting Python in the container image ",
		Advice: "There is no python3 in its PATH. Add Python and ipykernel to the image, or choose another one."},
	"container-kernel": {Code: fault.KernelMissing, Tried: "loading ipykernel in the container image ",
		Advice: "Add ipykernel to the image, as with a line " + fault.Shell("python3 -m pip install ipykernel") + " in the file that it is built from, or choose another image."},
	"container-failed": {Code: fault.ContainerFailed, Tried: "starting the container image ",
		Advice: "Try " + fault.Shell("apptainer exec IMAGE python3") + ", or the like, in a shell on a compute node."},
	"jupyter-missing": {Code: fault.JupyterMissing, Tried: "looking for Jupyter in the job's environment",
		Advice: "Choose a module, conda environment or virtual environment that contains jupyterlab, notebook or jupyter_server."},
	"jupyter-died": {Code: fault.JupyterDied, Tried: "starting Jupyter in the job",
		Advice: "The end of Jupyter's log above usually names the cause. If not, start Jupyter by hand in the same environment on the cluster."},
	"jupyter-no-token": {Code: fault.EnvironmentFailed, Tried: "starting Jupyter in the job",
		Answer: "your Jupyter configuration on the cluster turns the token off, so that anyone on this computer could use it",
		Advice: "Remove the token and password settings from ~/.jupyter on the cluster."},
	"requeued": {Code: fault.JobRequeued, Advice: "Start a new kernel. The variables of this one are lost."},
}

// ExitCannotReport is the exit code of a job that could not write to its session
// directory: EX_CANTCREAT of sysexits.h(3).
const ExitCannotReport = 73

// ExitNoDir is the exit code of a job that did not find its session directory:
// EX_NOINPUT of sysexits.h(3).
const ExitNoDir = 66

// otherDirAdvice is for sites whose nodes have no home directory, or another one than the
// login node.
const otherDirAdvice = "choose a working directory of your own on a disk that the login node and the compute nodes share; Sunpyter then keeps its folder there. Or name such a directory"

// CannotReport returns the error of a job that could not write to its session directory.
func CannotReport(jobID, node string) error {
	f := failures["home-not-writable"]
	f.Tried, f.Answer = "starting job "+jobID, "the job could not write to ~/.sunpyter in your home directory"+onNode(node)
	f.Advice += " If only the compute nodes cannot write to it, " + otherDirAdvice + ": change " + fault.Setting("session_dir") + "."
	return &f
}

// NoDir returns the error of a job that did not find its session directory.
func NoDir(jobID, node string) error {
	return &fault.Error{
		Code: fault.HomeNotWritable, Tried: "starting job " + jobID,
		Answer: "the folder created for it in ~/.sunpyter on the login node was not found" + onNode(node) + ": the home directory there is a different one, or missing",
		Advice: "Ask the site's support whether compute nodes have your home directory. If they do not, " + otherDirAdvice + ": change " + fault.Setting("session_dir") + ".",
	}
}

func onNode(node string) string {
	if node == "" {
		return " on its compute node"
	}
	return " on the compute node " + node
}

// Requeued returns the error of a job that Slurm stopped and put back into the queue.
func Requeued(jobID string) error {
	f := failures["requeued"]
	f.Answer = "Slurm stopped job " + jobID + " and put it back into the queue"
	return &f
}
