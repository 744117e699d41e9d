#!/bin/sh
# setup.sh [bench|demo|dbd|vscode|wine|logins|apptainer|versions]: installs what the tests and the demo need on Debian. It
# is quiet and quick when all is there. On a terminal it asks first; SUNPYTER_YES=1 answers yes.
set -eu

known="Debian 11, 12, 13 and sid"
# An older Debian may not have these; what needs them is skipped then.
optional="python3-nbclassic charliecloud-runtime chromium-headless-shell"
packages="slurmctld slurmd slurm-client munge libpam-slurm libpam-slurm-adopt
  openssh-server openssh-client jupyter-server jupyter-core python3-ipykernel python3-venv
  charliecloud-runtime bindfs iproute2 procps util-linux zsh tcsh fish curl"
why="a small Slurm site in memory on this machine: Slurm, sshd, Jupyter, and the users' shells"
case ${1:-} in
  bench) packages="$packages rsync"; why="$why; rsync is compared in make bench";;
  demo) packages="$packages python3-nbclassic"; why="$why; python3-nbclassic is the notebook page in your browser";;
  dbd) packages="$packages slurmdbd mariadb-server"; why="$why; slurmdbd and mariadb-server keep accounts";;
  vscode) packages="chromium chromium-headless-shell gcc g++ make python3 libpam-google-authenticator"
    why="the tests in a real VS Code: chromium shows it, and setup-vscode.sh compiles two small modules of it; libpam-google-authenticator lets a login ask for a one-time code";;
  wine) packages="wine wine64 binutils"; why="the tests of the Windows program, which wine runs";;
  apptainer) packages="patchelf squashfs-tools squashfuse gpgv xz-utils curl"
    why="the tests of container images: setup-apptainer.sh makes Debian sid's Apptainer run here";;
  versions) packages="mmdebstrap"; why="make versions, which makes root folders of other Debian releases";;
  logins) packages="krb5-kdc krb5-admin-server krb5-user softhsm2 libpam-google-authenticator"
    why="the tests of other ways to log in: Kerberos, with a server of its own, a smart card made of software, and a one-time code";;
esac

say() { printf 'setup: %s\n' "$*" >&2; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "this is not Debian: the tests that need a Slurm site or VS Code will be skipped."
  say "Run make in a Debian machine or container (privileged, with /dev/net/tun and /dev/fuse), as root: $known."
  exit 0
fi

missing=
for p in $packages; do
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null)" = "ii " ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

system=$(. /etc/os-release; printf '%s' "${PRETTY_NAME:-an unknown system}")
case $(. /etc/os-release; printf '%s %s' "${ID:-}" "${VERSION_ID:-sid}") in
  "debian 11"|"debian 12"|"debian 13"|"debian sid") ;;
  *) say "this is $system, on which nothing has been tried; known are $known.";;
esac
say "to install:$missing"
say "for: $why."
say "No daemon of theirs is started for this machine; the tests start their own, apart from it."

if [ -t 0 ] && [ "${SUNPYTER_YES:-}" != 1 ]; then
  printf 'Install them with apt-get? [Y/n] ' >&2
  read -r answer
  case $answer in
    ''|[Yy]*) ;;
    *) say "not installed: the tests that need them will be skipped."; exit 0;;
  esac
fi

as_root=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    say "this needs root. As root, run: apt-get install --no-install-recommends$missing"
    exit 1
  fi
  as_root=sudo
fi

# policy-rc.d with exit 101 keeps a package from starting its daemons (invoke-rc.d(8)). What was
# there before comes back, also when something fails.
exec $as_root sh -euc '
  policy=$1 system=$2 optional=$3; shift 3
  saved=
  restore() { if [ -n "$saved" ]; then mv -f "$saved" "$policy"; else rm -f "$policy"; fi; }
  if [ -e "$policy" ]; then saved=$policy.before-sunpyter; mv -f "$policy" "$saved"; fi
  trap restore EXIT
  trap "exit 130" INT TERM HUP
  printf "#!/bin/sh\nexit 101\n" >"$policy"; chmod 755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  for p; do
    shift
    if apt-cache show --no-all-versions "$p" >/dev/null 2>&1; then
      set -- "$@" "$p"
    elif case " $optional " in *" $p "*) ;; *) false;; esac; then
      echo "setup: $system has no package $p, so it is left out." >&2
    else
      echo "setup: $system has no package $p: check the sources of apt (component main)." >&2
      exit 1
    fi
  done
  [ $# -gt 0 ] || exit 0
  apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
' sh /usr/sbin/policy-rc.d "$system" "$optional" $missing
