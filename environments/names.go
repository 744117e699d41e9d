package environments

import (
	"path"
	"regexp"
	"strings"
)

// poetrySuffix is what poetry adds to a project's name.
var poetrySuffix = regexp.MustCompile(`-[A-Za-z0-9_-]{8}-py3(\.[0-9]+)?$`)

// nameOf returns the name of an environment by the path of its folder: the folder's own, or its
// project's if it has one of the usual names in a project.
func nameOf(folder string) string {
	folder = path.Clean(folder)
	if project, env, found := strings.Cut(folder, "/.pixi/envs/"); found {
		name := path.Base(project)
		if env != "default" {
			name += ":" + env
		}
		return name
	}
	base, parent := path.Base(folder), path.Base(path.Dir(folder))
	switch base {
	case ".venv", "venv", "env", ".env":
		if parent != "/" && parent != "." {
			return parent
		}
	}
	if strings.Contains(folder, "/pypoetry/virtualenvs/") {
		return poetrySuffix.ReplaceAllString(base, "")
	}
	return base
}

// ContainerName returns the name of a container image by its path: that of the file or the folder,
// without the usual ends.
func ContainerName(image string) string {
	base := path.Base(image)
	for _, end := range []string{".sif", ".simg", ".sqfs", ".squashfs", ".img"} {
		if name, found := strings.CutSuffix(base, end); found && name != "" {
			return name
		}
	}
	return base
}

// Names returns the names by which the user may call e.
func (e Environment) Names() []string {
	names := []string{e.Name}
	if base := path.Base(e.Path); e.Kind != Module && e.Kind != Kernelspec && base != e.Name {
		names = append(names, base)
	}
	return names
}

// Problem returns why kernels cannot run in e, if there is more to say than that ipykernel is
// missing.
func (e Environment) Problem() string {
	switch {
	case e.Unusable != "":
		return e.Unusable
	case e.MissingProgram != "" && e.Kind == Kernelspec:
		return "its program " + e.MissingProgram + " is gone"
	case e.MissingProgram != "":
		return "its Python " + e.MissingProgram + " is gone"
	case e.OtherPython != "" && e.PythonVersion != "":
		return "its ipykernel is for Python " + e.OtherPython + ", and its Python is " + e.PythonVersion
	}
	return ""
}

// MinorVersion returns the first two numbers of the version of its Python, or "".
func (e Environment) MinorVersion() string {
	parts := strings.SplitN(e.PythonVersion, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + parts[1]
}

// InstallKernel returns the command that installs ipykernel in e.
func (e Environment) InstallKernel() string {
	switch {
	case e.Manager == "uv" && e.Kind == Venv:
		return "uv pip install --python " + shown(e.Path) + " ipykernel"
	case e.Manager == "pixi":
		project, _, _ := strings.Cut(e.Path, "/.pixi/envs/")
		return "pixi add --manifest-path " + shown(project) + " ipykernel"
	case e.Kind == Conda:
		return "conda install --prefix " + shown(e.Path) + " ipykernel"
	}
	return shown(e.Path+"/bin/python") + " -m pip install ipykernel"
}
