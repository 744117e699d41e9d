package plan

import (
	"os"
	"path/filepath"
)

// modulesDir holds the site's modules, one folder each, with a bin in it.
const modulesDir = "opt/modules"

// moduleCommand turns "load NAME" into the words that the calling shell has to
// evaluate, as Environment Modules' modulecmd does: a program cannot change
// its caller's PATH.
const moduleCommand = `#!/bin/sh
# modulecmd SHELL [-t] load|list|avail [NAME...]
shell=$1; verb=$2; shift 2
case $verb in
  -t) echo /opt/modules: >&2; verb=$1; shift;;
esac
case $verb in
  load|add) ;;
  avail) cd /opt/modules && ls -d */* >&2; exit 0;;
  list) echo "${LOADEDMODULES:-No modules loaded}" >&2; exit 0;;
  *) echo "module: unknown command $verb" >&2; echo false; exit 1;;
esac
for m; do
  if [ ! -d "/opt/modules/$m/bin" ]; then
    echo "ERROR: Unable to locate a modulefile for '$m'" >&2
    echo false
    exit 1
  fi
  PATH=/opt/modules/$m/bin:$PATH
  LOADEDMODULES=${LOADEDMODULES:+$LOADEDMODULES:}$m
done
case $shell in
  csh) printf 'setenv PATH "%s"; setenv LOADEDMODULES "%s"\n' "$PATH" "$LOADEDMODULES";;
  fish) printf 'set -gx PATH (string split : "%s"); set -gx LOADEDMODULES "%s"\n' "$PATH" "$LOADEDMODULES";;
  *) printf 'PATH="%s"; LOADEDMODULES="%s"; export PATH LOADEDMODULES\n' "$PATH" "$LOADEDMODULES";;
esac
`

// modules makes /opt/modules: anaconda/2021.05 is the root's own Python and
// Jupyter, empty/1.0 has nothing in it.
func (p *Plan) modules(base string) error {
	if !p.Modules {
		return nil
	}
	dir := filepath.Join(base, modulesDir)
	if err := write(dir, "modulecmd", moduleCommand, 0o755); err != nil {
		return err
	}
	for _, m := range []string{"anaconda/2021.05", "empty/1.0"} {
		if err := os.MkdirAll(filepath.Join(dir, m, "bin"), 0o755); err != nil {
			return err
		}
	}
	links := map[string]string{"python": "/usr/bin/python3", "python3": "/usr/bin/python3"}
	jupyter, err := filepath.Glob(filepath.Join(p.Root, "usr/bin/jupyter*"))
	if err != nil {
		return err
	}
	for _, j := range jupyter {
		links[filepath.Base(j)] = "/usr/bin/" + filepath.Base(j)
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, "anaconda/2021.05/bin", name)); err != nil {
			return err
		}
	}
	return nil
}

// loginShells sets PATH and the module command in login shells only, with a file for each
// kind of shell.
func (p *Plan) loginShells(base string) error {
	var sh, csh, fish string
	if p.OptSlurm {
		sh += "PATH=$PATH:/opt/slurm/bin; export PATH\n"
		csh += "setenv PATH ${PATH}:/opt/slurm/bin\n"
		fish += "  set -gx PATH $PATH /opt/slurm/bin\n"
	}
	if p.Modules {
		sh += `module() { eval "$(/opt/modules/modulecmd sh "$@")"; }` + "\n"
		csh += "alias module 'eval `/opt/modules/modulecmd csh \\!*`'\n"
		fish += "  function module; /opt/modules/modulecmd fish $argv | source; end\n"
	}
	for name, content := range map[string]string{
		"etc/profile.d/site.sh":     sh,
		"etc/zsh/zprofile":          sh,
		"etc/csh/login.d/site.csh":  csh,
		"etc/fish/conf.d/site.fish": "if status is-login\n" + fish + "end\n",
	} {
		if err := write(base, name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
