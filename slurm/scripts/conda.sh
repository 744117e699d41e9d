# Finds conda, or another program that activates its environments, and makes `conda activate`
# work in this shell for $sunpyter_env, a name or a path.
sunpyter_conda=${CONDA_EXE-}
if [ ! -x "$sunpyter_conda" ]; then sunpyter_conda=$(type -P conda); fi
for sunpyter_file in "$HOME"/{miniforge3,mambaforge,miniconda3,anaconda3,miniconda,anaconda}/bin/conda /opt/conda/bin/conda; do
  if [ -z "$sunpyter_conda" ] && [ -x "$sunpyter_file" ]; then sunpyter_conda=$sunpyter_file; fi
done
sunpyter_mamba=
for sunpyter_file in "${MAMBA_EXE:-/none}" "$(type -P micromamba)" "$HOME"/{.local/bin,bin,micromamba/bin,.micromamba/bin}/micromamba; do
  if [ -z "$sunpyter_mamba" ] && [ -x "$sunpyter_file" ]; then sunpyter_mamba=$sunpyter_file; fi
done
sunpyter_pixi=
for sunpyter_file in "$(type -P pixi)" "${PIXI_HOME:-$HOME/.pixi}/bin/pixi"; do
  if [ -z "$sunpyter_pixi" ] && [ -x "$sunpyter_file" ]; then sunpyter_pixi=$sunpyter_file; fi
done
if [ -n "$sunpyter_pixi" ] && { [ -e "$sunpyter_env/pixi.toml" ] || [ -e "$sunpyter_env/pixi.lock" ] || [ -e "$sunpyter_env/.pixi" ]; }; then
  # The path is a pixi project.
  conda() {
    local manifest=$2/pixi.toml hook
    if [ ! -e "$manifest" ]; then manifest=$2/pyproject.toml; fi
    hook=$("$sunpyter_pixi" shell-hook --shell bash --manifest-path "$manifest") && eval "$hook"
  }
elif [ -n "$sunpyter_conda" ]; then
  if sunpyter_hook=$("$sunpyter_conda" shell.bash hook); then
    eval "$sunpyter_hook"
  else
    . "${sunpyter_conda%/*/*}/etc/profile.d/conda.sh"
  fi
elif [ -n "$sunpyter_mamba" ]; then
  if [ -z "${MAMBA_ROOT_PREFIX-}" ] && [ -d "$HOME/micromamba" ]; then export MAMBA_ROOT_PREFIX=$HOME/micromamba; fi
  sunpyter_hook=$("$sunpyter_mamba" shell hook --shell bash) && eval "$sunpyter_hook"
  conda() { micromamba "$@"; }
elif [ -d "$sunpyter_env/conda-meta" ]; then
  # An environment by its path, as pixi and micromamba make them, without such a program.
  conda() {
    local file
    export CONDA_PREFIX=$2 PATH=$2/bin:$PATH
    while IFS= read -r file; do
      if [ -n "$file" ]; then . "$file"; fi
    done <<<"$(\command find "$2/etc/conda/activate.d" -name '*.sh' 2>/dev/null)"
  }
else
  sunpyter_because "conda is not found: name a module that has it"
fi
