# install_jupyter DIR: installs Debian's Jupyter programs in the environment DIR. Its path is in their
# second line, as pip writes it when it is long or has spaces.
install_jupyter() {
  for program in /usr/bin/jupyter-lab /usr/bin/jupyter-notebook /usr/bin/jupyter-nbclassic /usr/bin/jupyter-server; do
    [ -e "$program" ] || continue
    {
      printf "#!/bin/sh\n'''exec' \"%s/bin/python\" \"\$0\" \"\$@\"\n' '''\n" "$1"
      tail -n +2 "$program"
    } >"$1/bin/${program##*/}"
    chmod +x "$1/bin/${program##*/}"
  done
}
