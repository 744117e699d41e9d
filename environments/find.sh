# Finds environments for kernels by looking at files: no Python and no conda is started. bash
# 4.1 or later. find.go sets before: limit (s), workdir and project (more folders to look in, or
# empty), modules (yes: ask the module command, only: and nothing else), named (only look at these folders), images (true:
# those are container images).
# Prints records of 8 fields, each ended by NUL, since names may have any other byte:
#   KIND MANAGER PATH PYTHON-VERSION KERNEL JUPYTER PROBLEM DETAIL
# a record "modules" after the last module, "searched" after the last of all others, and at last "end" with "complete" or
# "late" as its manager.
declare -A seen
set +m

# record FIELD...: prints a record in one write, so that those of concurrent processes do not mix: bash
# writes a line at a time, and no record is longer than what a pipe takes at once (4096).
record() {
  case $* in *$'\n'*) return ;; esac # no request could name it
  printf '%s\0' "$@"
}

# facts DIR: enters the folder of an environment and sets path, and what its files say:
# version, kernel and jupyter (yes, no, or the Python that ipykernel is for), problem, detail,
# manager. Fails if there is no Python in it.
facts() {
  local line key value base='' system='' minor='' dir
  path='' version='' kernel=no jupyter=no problem='' detail='' manager=''
  cd -P -- "$1" || return 1
  path=$PWD
  if [ -r pyvenv.cfg ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      line=${line%$'\r'} key=${line%%=*} value=${line#*=}
      key=${key%%[[:space:]]*} value=${value#"${value%%[![:space:]]*}"}
      case $key in
        version | version_info) if [[ $value =~ ^[0-9]+(\.[0-9]+){1,2} ]]; then version=${BASH_REMATCH[0]}; fi ;;
        home) base=$value ;;
        include-system-site-packages) system=${value%%[[:space:]]*} ;;
        uv) manager=uv ;;
      esac
    done <pyvenv.cfg
  fi
  for line in conda-meta/python-[0-9]*.json; do
    if [ -e "$line" ]; then line=${line##*/python-} version=${line%%-*}; fi
  done
  if [[ $version =~ ^[0-9]+\.[0-9]+ ]]; then minor=${BASH_REMATCH[0]}; fi
  if [ -z "$minor" ]; then
    for line in lib/python[0-9]*.[0-9]*/; do
      if [ -d "$line" ]; then minor=${line#lib/python} minor=${minor%/} version=$minor; fi
    done
  fi
  if [ ! -x bin/python ] && [ ! -x bin/python3 ]; then
    if [ ! -L bin/python ] && [ ! -L bin/python3 ] && [ -z "$version" ]; then return 1; fi
    line=bin/python problem=python-missing
    if [ ! -L "$line" ] && [ -L bin/python3 ]; then line=bin/python3; fi
    detail=$(readlink -m "$line" || printf '%s' "$path/$line") # one link may lead to the other
  fi
  for dir in "lib/python$minor/site-packages" "lib64/python$minor/site-packages"; do
    if [ -d "$dir/ipykernel" ]; then kernel=yes; fi
    if [ -d "$dir/jupyter_server" ] || [ -d "$dir/notebook" ]; then jupyter=library; fi
  done
  if [ "$kernel" = no ] && [ "$system" = true ]; then
    for dir in "${base%/bin}/lib/python$minor/site-packages" "${base%/bin}/lib/python3/dist-packages" "${base%/bin}/local/lib/python$minor/dist-packages"; do
      if [ -d "$dir/ipykernel" ]; then kernel=yes; fi
    done
  fi
  if [ "$kernel" = no ]; then
    for dir in lib/python*/site-packages/ipykernel/; do
      if [ -d "$dir" ]; then kernel=${dir#lib/python} kernel=${kernel%%/*}; fi
    done
  fi
  if [ "$jupyter" = library ]; then
    jupyter=no
    for line in bin/jupyter-{lab,notebook,nbclassic,server}; do
      if [ -x "$line" ]; then jupyter=yes; fi
    done
  fi
}

# look KIND MANAGER DIR: reports the environment in a folder, once.
look() {
  facts "$3" && [ -z "${seen[x$path]}" ] || return 0
  seen[x$path]=1
  record "$1" "${2:-$manager}" "$path" "$version" "$kernel" "$jupyter" "$problem" "$detail"
}

# image PATH: reports the container image of that path, if it is one: a file of Apptainer or Singularity, a squashfs,
# or the root folder of a system. Fails if it is not.
image() {
  local begin='' problem=
  if [ -d "$1" ]; then
    for begin in usr etc proc dev; do [ -d "$1/$begin" ] || return 1; done
  elif [ ! -f "$1" ]; then
    return 1
  elif [ ! -r "$1" ]; then
    problem=unreadable
  else
    begin=$(head -c 42 "$1" | tr -d '\0')
    case $begin in
      *SIF_MAGIC | hsqs* | '#!'*singularity*) ;; # the last is of Singularity 2
      *) problem=no-image ;;
    esac
  fi
  record container '' "$1" '' unknown no "$problem" ''
}

# missing_image PATH: reports why no image is seen at PATH, unless it is simply missing. The compute nodes may have an
# image whose folder is not on the login node, or is another one on each node.
missing_image() {
  local path=${1%/} dir=$1 problem=elsewhere
  while [ ! -e "$dir" ]; do dir=${dir%/*} dir=${dir:-/}; done
  if [ -d "$dir" ] && { [ ! -x "$dir" ] || [ "$dir" = "$1" ] && [ ! -r "$dir" ]; }; then
    problem=closed
  else
    if [ "$dir" = "$1" ]; then return; fi
    case $path in
      "$HOME"/* | "${workdir:-$HOME}"/*) return ;; # the nodes have the same
      /tmp/* | /var/tmp/* | /dev/shm/*) ;;
      "${dir%/}/${path##*/}") return ;;
    esac
  fi
  record container '' "$path" '' unknown no "$problem" "$dir"
}

# named_path PATH: reports what a request names by its path.
named_path() {
  local kind=python
  if image "$1"; then return; fi
  if [ "$images" = true ]; then
    missing_image "$1"
    return
  fi
  if [ -d "$1/conda-meta" ]; then kind=conda; elif [ -r "$1/pyvenv.cfg" ]; then kind=venv; fi
  look "$kind" '' "$1"
}

# conda_root DIR: reports the environment of a conda installation, and those in it.
conda_root() {
  local dir
  if [ -d "$1/conda-meta" ]; then look conda '' "$1"; fi
  for dir in "$1"/envs/*/; do
    if [ -d "$dir/conda-meta" ]; then look conda '' "$dir"; fi
  done
}

# conda_list: prints the lists of conda and of its settings.
conda_list() {
  cat "$HOME/.conda/environments.txt"
  printf '%s\n' "${CONDA_ENVS_DIRS-}" "${CONDA_ENVS_PATH-}" | tr ':,' '\n\n' | sed -n 's,.,in &,p'
  sed -n '/^envs_dirs[[:space:]]*:/,/^[^[:space:]#-]/{
    s/^envs_dirs[[:space:]]*:[[:space:]]*\[\(.*\)\].*/\1,/
    s/^[[:space:]]*-[[:space:]]*\(.*\)/\1,/
    /,$/{
      s/[][]//g
      s/[[:space:]]*,[[:space:]]*/\nin /g
      s/^/in /
      p
    }
  }' "$HOME/.condarc" "$HOME/.config/conda/.condarc" "$HOME/.conda/.condarc"
}

known_conda() {
  local line dir
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    case $line in
      'in '*)
        line=${line#in } line=${line#[\"\']} line=${line%[\"\']}
        case $line in '~'/*) line=$HOME${line#'~'} ;; '$HOME'/*) line=$HOME${line#'$HOME'} ;; esac
        for dir in "$line"/*/; do
          if [ -d "$dir/conda-meta" ]; then look conda '' "$dir"; fi
        done
        ;;
      /*)
        conda_root "$line"
        case $line in */envs/*) conda_root "${line%/envs/*}" ;; esac
        ;;
    esac
  done < <(conda_list)
  for dir in "${CONDA_EXE:-/none/bin/conda}" "${MAMBA_EXE:-/none/bin/conda}"; do conda_root "${dir%/*/*}"; done
  for dir in "$HOME"/{miniconda3,anaconda3,miniforge3,mambaforge,micromamba,miniconda,anaconda,.conda,.micromamba} \
    "${CONDA_PREFIX:-/none}" "${MAMBA_ROOT_PREFIX:-/none}" /opt/conda; do conda_root "$dir"; done
}

known_venvs() {
  local dir
  for dir in "${WORKON_HOME:-$HOME/.virtualenvs}"/*/ "$HOME"/.local/share/{virtualenvs/*,hatch/env/virtual/*/*}/ "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/envs/*/; do
    if [ -r "$dir/pyvenv.cfg" ]; then look venv '' "$dir"; fi
  done
  for dir in "${POETRY_VIRTUALENVS_PATH:-${POETRY_CACHE_DIR:-$HOME/.cache/pypoetry}/virtualenvs}"/*/; do
    if [ -r "$dir/pyvenv.cfg" ]; then look venv poetry "$dir"; fi
  done
  for dir in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/; do
    if [ -d "$dir/bin" ]; then look python pyenv "$dir"; fi
  done
  for dir in "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/*/; do
    if [ -d "$dir/bin" ] && [ ! -L "${dir%/}" ]; then look python uv "$dir"; fi
  done
}

kernelspecs() {
  local dir text problem program='"argv" *: *\[ *"(/[^"]*)"'
  for dir in "${JUPYTER_DATA_DIR:-$HOME/.local/share/jupyter}"/kernels/*/; do
    if [ ! -r "$dir/kernel.json" ]; then continue; fi
    text=$(head -c 3000 "$dir/kernel.json" | tr '\n\0' '  ')
    problem=
    if [[ $text =~ $program ]] && [ ! -x "${BASH_REMATCH[1]}" ]; then problem=program-missing; fi
    record kernelspec '' "${dir%/}" '' yes '' "$problem" "$text"
  done
}

# search DEPTH: looks in the home directory, the working directory and the project, so deep.
# It is called with growing depths, so that what is near is found first.
search() {
  local hit dir root roots=("$HOME")
  for dir in "$workdir" "$project"; do
    if [ -n "$dir" ] && [ "$dir" != / ] && [ -d "$dir" ]; then roots+=("$dir"); fi
  done
  for root in "${roots[@]}"; do
    while IFS= read -r -d '' hit; do
      case $hit in
        */pyvenv.cfg) look venv '' "${hit%/*}" ;;
        *.sif)
          if [ -z "${seen[x$hit]-}" ]; then
            seen[x$hit]=1
            image "$hit"
          fi
          ;;
        */conda-meta) look conda '' "${hit%/*}" ;;
        */.pixi) for dir in "$hit"/envs/*/; do look conda pixi "$dir"; done ;;
      esac
    done < <(find "$root/" -maxdepth "$1" -type d \( -name .cache -o -name .git -o -name .hg -o -name .svn -o -name node_modules \
      -o -name __pycache__ -o -name site-packages -o -name 'python[23].*' -o -name pkgs -o -name .npm -o -name .cargo -o -name .rustup \
      -o -name .julia -o -name .local -o -name .config -o -name '.vscode*' -o -name .ssh -o -name .tox -o -name .nox -o -name .snapshot \
      -o -name .Trash -o -name '.sunpyter*' -o -name .conda -o -name .pyenv -o -name .virtualenvs -o -name .apptainer -o -name .singularity \) -prune \
      -o -type d \( -name .pixi -o -name conda-meta \) -print0 -prune -o -name pyvenv.cfg -print0 -o -name '*.sif' -print0)
  done
}

# list_modules: reports the modules that bring a Python or Jupyter. Where the module's file names
# the folder of one, what is in it is known, too; not what is missing, since other modules and PYTHONPATH
# may bring it. Lmod lists the names without versions, too, with a slash.
list_modules() {
  local line name file dir='' word
  local pattern='(^|/)(i?python[0-9.]*|[a-z]*conda[0-9]*|[a-z]*mamba[a-z]*|miniforge[0-9]*|jupyter[a-z_-]*)(/|$)'
  while IFS= read -r line; do
    case $line in /*:) dir=${line%:} && continue ;; esac
    name=${line%%[( ]*}
    if [ "$name" != "${name%/}" ] || [[ ! ${name,,} =~ $pattern ]]; then continue; fi # sites have thousands: no process for each
    version='' kernel=unknown jupyter=unknown problem='' detail='' path=
    for file in "$dir/$name" "$dir/$name.lua"; do
      if [ -z "$dir" ] || [ ! -f "$file" ]; then continue; fi
      while IFS= read -r word; do
        word=${word%/} word=${word%/bin}
        if [ -d "$word/conda-meta" ] || [ -x "$word/bin/python3" ] && [ "$word" != /usr ]; then
          facts "$word" && detail= && break
        fi
        version='' kernel=unknown jupyter=unknown problem='' path=
      done < <(grep -oE '/[A-Za-z0-9._+/-]+' "$file" | head -n 100)
    done
    record module '' "$name" "$version" "${kernel/#no/unknown}" "${jupyter/#no/unknown}" "$problem" "$path"
  done < <(module -t avail 2>&1 </dev/null)
}

find_all() {
  local dir specs group=$BASHPID
  read -r _ # until the reader is there: bash forgets a coprocess that has ended
  exec </dev/null 2>/dev/null
  {
    trap '' PIPE # the reader may have ended with the connection
    sleep "$limit"
    printf '\1late\0'
    kill -KILL -- "-$group"
  } &
  if [ "${#named[@]}" -gt 0 ]; then
    for dir in "${named[@]}"; do named_path "$dir"; done
  else
    local jobs=()
    if [ "$modules" = only ]; then renice -n 19 -p "$BASHPID" >/dev/null; fi
    if [ "$modules" != no ]; then
      {
        if find_module; then list_modules; fi
        record modules '' '' '' '' '' '' ''
      } &
      jobs+=("$!")
    fi
    if [ "$modules" != only ]; then
      kernelspecs &
      specs=$!
      jobs+=("$specs")
      known_conda
      known_venvs
      search 2
      search 3
      search 4
      wait "$specs"
      record searched '' '' '' '' '' '' ''
    fi
    wait "${jobs[@]}"
  fi
  printf '\1end\0'
}

# The search is a job with a process group of its own, which is killed at the end, or by its own timer
# if this shell has ended with the connection, so that nothing of it is left on a disk that hangs.
# Only complete records pass through here.
shopt -s nullglob
set -m
coproc SEARCH { find_all; }
set +m
search_pid=$SEARCH_PID
exec 8<&"${SEARCH[0]}"
echo >&"${SEARCH[1]}"
fields=()
outcome=late
while IFS= read -r -d '' field <&8; do
  case $field in
    *$'\1late') break ;;
    $'\1end') outcome=complete && break ;;
  esac
  fields+=("$field")
  if [ "${#fields[@]}" = 8 ]; then
    printf '%s\0' "${fields[@]}"
    fields=()
  fi
done
kill -KILL -- "-$search_pid" 2>/dev/null
printf '%s\0' end "$outcome" '' '' '' '' '' ''
exit 0
