# Prints the site's own file for Sunpyter, if there is one: its hash, and its text in base64 unless
# it is the one that the laptop has (sp_known_file); or why it is not used. Follows common.sh.
# Whoever can write the file chooses what runs in other users' jobs (modules, environments).
sp_name=${SUNPYTER_SITE:-/etc/sunpyter/site.toml}
site_file() {
  local facts text hash
  facts=$(stat -L -c '%u %a' /dev/fd/9) || facts='0 2'
  case $facts in
    *[2367])
      printf 'problem all users can write it'
      return
      ;;
    '0 '*) ;;
    *)
      if [ -z "$SUNPYTER_SITE" ]; then
        printf 'problem it does not belong to root'
        return
      fi
      ;;
  esac
  text=$(head -c 65537 <&9 | base64 | tr -d '\n')
  hash=$(printf %s "$text" | sha256sum)
  hash=${hash%% *}
  if [ "$hash" = "$sp_known_file" ]; then text=; fi
  printf 'text %s %s' "$hash" "$text"
} 2>/dev/null
sessions() { frame sessions 0 "$(cd "$HOME/.sunpyter/sessions" 2>/dev/null && printf '%s\n' *)"; }
sp_has_file=
if [ -f "$sp_name" ] && [ -r "$sp_name" ]; then
  sp_has_file=1
  frame file 0 "$sp_name"$'\n'"$(site_file 9<"$sp_name")"
  sessions
elif [ -e "$sp_name" ]; then
  frame file 0 "$sp_name"$'\n''problem it is not a file that you can read'
elif [ -n "$SUNPYTER_SITE" ]; then
  frame file 0 "$sp_name"$'\n''problem there is no such file'
fi
