#!/bin/sh
# setup-apptainer.sh: makes a folder with the Apptainer of Debian sid, which runs on older Debians with a C library of its
# own, in the user's cache folder. A test copies it into the nodes of a site. It is quick when all is there, and says
# what it does. `setup-apptainer.sh where` only prints the folder.
set -eu

name=setup-apptainer target=apptainer programs="patchelf curl gpgv xz dpkg-deb sha256sum" tests="of Apptainer"
. "$(dirname "$0")/setup-lib.sh"

mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}
architecture=$(dpkg --print-architecture)

# The index is signed; its Release file has the checksum of the list, and the list those of the packages.
say "downloading Debian sid's apptainer and its C library (30 MB) from $mirror"
get() { curl -fsS --retry 2 --connect-timeout 30 --speed-limit 1000 --speed-time 60 -o "$1" "$mirror/$2" || { say "no $2 at $mirror: the tests of Apptainer will be skipped."; exit 0; }; }
get InRelease dists/sid/InRelease
gpgv --quiet --keyring /usr/share/keyrings/debian-archive-keyring.gpg --output Release InRelease 2>gpgv.log || { cat gpgv.log >&2; exit 1; }
list=main/binary-$architecture/Packages.xz
get Packages.xz "dists/sid/$list"
# checked SUM FILE: ends if the file has another checksum.
checked() { printf '%s  %s\n' "$1" "$2" | sha256sum --check --quiet - >&2; }
checked "$(sed -n '/^SHA256:/,$s/^ \([0-9a-f]\{64\}\) *[0-9]* \(.*\)$/\2 \1/p' Release | sed -n "s,^$list ,,p" | head -n 1)" Packages.xz
xz -d Packages.xz
for package in apptainer libc6 libseccomp2 libsqlite3-0 zlib1g; do
  sed -n "/^Package: $package\$/,/^\$/p" Packages >entry
  file=$(sed -n 's/^Filename: //p' entry | head -n 1)
  get "$package.deb" "$file"
  checked "$(sed -n 's/^SHA256: //p' entry | head -n 1)" "$package.deb"
  dpkg-deb -x "$package.deb" root
done

mkdir -p made/usr/bin made/var/lib/apptainer/mnt/session
libraries=$(cd root && echo usr/lib/*-linux-gnu*)
mkdir -p "made/$libraries" made/etc
cp -a root/usr/bin/apptainer made/usr/bin/
cp -a root/etc/apptainer made/etc/
cp -a "root/$libraries/apptainer" "made/$libraries/"
own=$libraries/apptainer/own
mkdir "made/$own"
for library in ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 libresolv.so.2 libseccomp.so.2 libsqlite3.so.0 libz.so.1; do
  if [ -e "root/$libraries/$library" ]; then cp -L "root/$libraries/$library" "made/$own/"; fi
done
loader=$(cd "made/$own" && echo ld-linux-*)
for program in made/usr/bin/apptainer "made/$libraries/apptainer/bin/starter"; do
  patchelf --set-interpreter "/$own/$loader" --force-rpath --set-rpath "/$own" "$program"
done
for library in libseccomp.so.2 libsqlite3.so.0; do patchelf --force-rpath --set-rpath "/$own" "made/$own/$library"; done
chmod -R go+rX made
mv made "$target"
