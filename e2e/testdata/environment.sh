# environment.sh KIND DIR: makes an environment in DIR as conda's programs do, and the program
# KIND, micromamba or pixi, in the user's home. It runs after install-jupyter.sh.
set -eu
kind=$1 env=$2
mkdir -p "$env" ~/.local ~/.pixi
python3 -m venv --without-pip --system-site-packages "$env"
mkdir -p "$env/conda-meta" "$env/etc/conda/activate.d" "$env/share/jupyter/kernels/python3"
echo 'export ACTIVATED=yes' >"$env/etc/conda/activate.d/one.sh"
cat >"$env/share/jupyter/kernels/python3/kernel.json" <<EOF
{"argv": ["$env/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3", "language": "python"}
EOF
install_jupyter "$env"

case $kind in
  micromamba)
    mkdir -p ~/.local/bin
    cat >~/.local/bin/micromamba <<'EOF'
#!/bin/bash
case "$1 $2" in
  "shell hook")
    echo "export MAMBA_EXE='$0'"
    cat <<'HOOK'
micromamba() {
  case "$1" in
    activate) \local ask; ask="$("$MAMBA_EXE" shell "$@" --shell bash)" || \return; \eval "$ask"; \hash -r ;;
    *) "$MAMBA_EXE" "$@" ;;
  esac
}
HOOK
    ;;
  "shell activate")
    prefix=$3
    case $prefix in */*) ;; *) prefix=${MAMBA_ROOT_PREFIX:?}/envs/$prefix ;; esac
    [ -d "$prefix/conda-meta" ] || { echo "critical libmamba Cannot activate, prefix does not exist at: $prefix" >&2; exit 1; }
    printf 'export PATH=%q:"$PATH" CONDA_PREFIX=%q CONDA_SHLVL=1\n. %q\n' "$prefix/bin" "$prefix" "$prefix/etc/conda/activate.d/one.sh"
    ;;
  *) exit 2 ;;
esac
EOF
    chmod +x ~/.local/bin/micromamba
    ;;
  pixi)
    mkdir -p ~/.pixi/bin
    echo '[workspace]' >"${env%/.pixi/*}/pixi.toml"
    cat >~/.pixi/bin/pixi <<'EOF'
#!/bin/bash
[ "$1 $2 $3 $4" = "shell-hook --shell bash --manifest-path" ] || exit 2
prefix=$(cd "${5%/*}" && pwd)/.pixi/envs/default
printf 'export PATH="%s:$PATH"\nexport CONDA_PREFIX="%s"\n. "%s"\n' "$prefix/bin" "$prefix" "$prefix/etc/conda/activate.d/one.sh"
EOF
    chmod +x ~/.pixi/bin/pixi
    ;;
esac
