# Becomes Jupyter, in the environment that setup.sh made; run by bash -p. job.sh sets:
# private, workdir, node. kernelspecs.sh sets chosen. The kernels get variables that change bash as they are, so this
# must work in POSIX mode, too.
export -n SHELLOPTS BASHOPTS
# A login file may have redirected or closed these.
[ -e /dev/fd/0 ] || exec </dev/null
[ "$private/log" -ef /dev/fd/1 ] || exec >>"$private/log"
[ "$private/log" -ef /dev/fd/2 ] || exec 2>&1
# fail CODE MESSAGE: job.sh reports it.
fail() {
  printf '%s\n%s' "$1" "$2" >"$private/failed"
  exit 1
}
printf 'starting Jupyter\n' >"$private/step"
cd -- "$workdir" || fail workdir-missing "$workdir"$'\n'"$node"
if [ -n "${TMPDIR-}" ] && [ ! -w "$TMPDIR/" ]; then
  echo "TMPDIR is unset: $TMPDIR is not a directory on $node that you can write to"
  unset -v TMPDIR
fi

# broken FILE: succeeds if the interpreter of a script is missing, and sets why to it.
broken() {
  local line rest program
  why=
  {
    IFS= read -r -t 60 line
    IFS= read -r -t 60 rest
  } <"$1" 2>/dev/null
  case $line in '#!'*) ;; *) return 1 ;; esac
  IFS=$' \t' read -r program line _ <<<"${line#'#!'}"
  case $program in
    */env)
      if [ "$line" != -S ] && ! command -v "$line" >/dev/null; then why=$line; fi
      ;;
    */sh) # paths that are too long for the system are in the second line
      case $rest in "'''exec' /"*) IFS=$' \t' read -r _ program _ <<<"$rest" && program=${program//'"'/} ;; esac
      ;;
  esac
  if [ ! -x "$program" ]; then why=$program; fi
  [ -n "$why" ]
}

# find_jupyter: sets app and jupyter to the first in PATH that can run.
missing=
find_jupyter() {
  local reports=
  for app in lab notebook nbclassic server; do
    while IFS= read -r -t 60 jupyter; do
      [ -n "$jupyter" ] || continue
      if broken "$jupyter"; then
        missing+="; $jupyter cannot run, since $why, which its first line names, is missing"
        reports+="skipped $(printf '%s\n%s' "$jupyter" "$why" | base64 | tr -d '\n')"$'\n'
        continue
      fi
      printf '%s' "$reports" >>"$private/notices"
      return
    done <<<"$(type -aP "jupyter-$app")"
  done
  fail jupyter-missing "no jupyter-lab, jupyter-notebook or jupyter-server in its PATH; its Python is $(command -v python3 || command -v python || printf 'missing, too')$missing"
}
. "$private/kernelspecs"
find_jupyter
printf '%s' "$app" >"$private/app"
# The options prevent configuration files of the user from opening a port, serving another
# folder, or letting other web pages in. jupyter_settings.py has those that a more specific
# class could override.
options=()
for class in ServerApp $([ "$app" != notebook ] || printf NotebookApp); do
  options+=("--$class.sock=$private/s" "--$class.sock_mode=0600" "--$class.ip=127.0.0.1" "--$class.port=8888"
    "--$class.base_url=/" "--$class.certfile=" "--$class.keyfile=" "--$class.client_ca=" "--$class.open_browser=False"
    "--$class.allow_origin=" "--$class.allow_origin_pat=" "--$class.allow_credentials=False"
    "--$class.allow_remote_access=False" "--$class.disable_check_xsrf=False" "--$class.trust_xheaders=False"
    "--$class.password=" "--$class.password_required=False" "--$class.shutdown_no_activity_timeout=0")
done
options+=("--PasswordIdentityProvider.hashed_password=" "--PasswordIdentityProvider.password_required=False")
options+=("--GatewayClient.url=" "--ServerApp.root_dir=$PWD") # without a gateway, kernels run here
if [ "$app" = notebook ]; then options+=("--NotebookApp.notebook_dir=$PWD"); fi
# shells: waits until the agent wants shells.py to run, in this environment, see node_agent.sh.
shells() {
  local python
  while read -r _ <"$private/shells/wake"; do
    read -r python <"$private/python"
    if [ -n "$chosen" ]; then . "$private/activate"; fi
    "$python" -I -S "$private/shells/program" "$private"
    rm -f "$private/shells/open" "$private/shells/open.new"
  done
}
if mkdir "$private/shells" && mkfifo "$private/shells/wake"; then shells </dev/null & fi
export JUPYTER_CONFIG_PATH=$private/config${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}
JUPYTER_TOKEN_FILE=$private/token JUPYTER_RUNTIME_DIR=$private/run exec "$jupyter" --no-browser "${options[@]}"
