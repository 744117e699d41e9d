# Runs $sp_script in a new bash with the variables that the user's login shell exports, and
# nothing else of it: no options, traps, umask or limits. Exported functions are only for
# commands that the script runs, not for the script. bash 3.2 or later.
# The variables go to descriptor 47, which login files do not redirect, as some do the output.
export SUNPYTER_DUMP='unset -v SUNPYTER_DUMP; if { : >&47; } 2>/dev/null; then exec >&47; fi; printf "\n%s%s\n" sunpyter :variables; /usr/bin/env -0; printf "sunpyter:end\0"'
sp_dump='/bin/bash --norc -p -c "$SUNPYTER_DUMP"' # without exec, which may be a function or an alias
sp_shell=${SHELL##*/}
# login_shell prints the variables, in the user's login shell.
login_shell() {
  case $sp_shell in
    bash | zsh | fish) "$SHELL" -l -c "$sp_dump" ;;
    # Shells without -l are login shells if their name begins with "-".
    sh | dash | ash | csh | tcsh | *ksh*) (exec -a "-$sp_shell" "$SHELL" -c "$sp_dump") ;;
    *) /bin/bash -l -c "$sp_dump" ;;
  esac </dev/null
}
# login_files prints them if a file exits the shell or replaces it (exec zsh): a trap, or the
# new shell, which reads its input, has the variables that were set before.
login_files() {
  local files=
  case $sp_shell in bash) files='"$HOME/.bash_profile" "$HOME/.bash_login" "$HOME/.profile"' ;; esac
  # In one line, which is read before the files define aliases.
  printf '%s\n' "$sp_dump" | /bin/bash -c "trap '$sp_dump' EXIT; if [ -r /etc/profile ]; then . /etc/profile; fi; \
for sp_file in $files; do if [ -r \"\$sp_file\" ]; then . \"\$sp_file\"; break; fi; done; exit"
}
# try COMMAND: prints the output before the variables, which are then read from descriptor 8.
# It does not wait for the end of the output, which a background process of a file may keep
# open.
try() {
  local line
  sp_status=
  exec 8< <(exec 47>&1; "$1" 2>&1; printf '\n%s%s %s\n' sunpyter :login-ended "$?")
  while IFS= read -r line <&8 || [ -n "$line" ]; do
    case $line in
      sunpyter:variables) return 0 ;;
      sunpyter:login-ended\ *) sp_status=${line##* } && return 1 ;;
    esac
    printf '%s\n' "$line"
  done
  return 1
}
if ! try login_shell; then
  if [ "$sp_status" != 0 ]; then exit 1; fi # as for a closed account
  try login_files || exit 1
fi
# The variables are read first, since some of them change how bash reads.
exec -c /bin/bash --norc -p -c '
sp_end= sp_list=() sp_functions=
while IFS= read -r -d "" sp_pair <&8; do
  if [ "$sp_pair" = sunpyter:end ]; then sp_end=1 && break; fi
  sp_list+=("$sp_pair")
done
exec 8<&-
if [ -z "$sp_end" ]; then echo "the variables of the login shell could not be read" && exit 1; fi
for sp_pair in "${sp_list[@]}"; do
  sp_name=${sp_pair%%=*}
  case $sp_name in
    BASH_FUNC_*)
      sp_name=${sp_name#BASH_FUNC_} sp_name=${sp_name%"()"} sp_name=${sp_name%"%%"}
      case $sp_name in eval | export | exec | *[!A-Za-z0-9_-]*) continue ;; esac
      sp_functions+="$sp_name ${sp_pair#*=}"$'\''\n'\''"export -f $sp_name"$'\''\n'\''
      ;;
    UID | EUID | PPID | BASHOPTS | SHELLOPTS | BASH_VERSINFO | [0-9]* | *[!A-Za-z0-9_]*) ;;
    *) export "$sp_pair" ;;
  esac
done
export SUNPYTER_SCRIPT=$1
eval "$sp_functions"
exec /bin/bash --norc -p -c '\''eval "$SUNPYTER_SCRIPT"'\' sunpyter "$sp_script"
