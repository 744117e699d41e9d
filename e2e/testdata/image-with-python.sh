# image-with-python.sh DIR: makes the root folder of an image with Python and ipykernel, of the packages of Debian that
# are installed here.
set -eu
mkdir -p "$1"/{dev,etc,home,proc,root,sys,tmp,usr/bin,usr/lib,usr/lib64,var}
cd "$1"
for dir in bin lib lib64; do ln -s "usr/$dir" "$dir"; done
apt-cache depends --recurse --installed --no-{recommends,suggests,conflicts,breaks,replaces,enhances} python3-ipykernel |
  grep '^[a-z]' | sort -u | xargs dpkg-query -L 2>/dev/null | grep -E '^/(usr/)?(bin/python3|lib)' | sed 's,^/lib,/usr/lib,' | sort -u |
  while read -r file; do if [ -f "$file" ]; then echo "${file#/}"; fi; done >/tmp/files
tar -C / -c --no-recursion -T /tmp/files | tar -x
# The modules as Debian has compiled them, which no package lists: in an image they could not be compiled once for all.
find usr/lib -name '*.py' -printf '%h\n' | sort -u |
  while read -r dir; do if [ -d "/$dir/__pycache__" ]; then cp -pR "/$dir/__pycache__" "$dir"; fi; done
printf 'root:x:0:0:root:/root:/bin/sh\n' >etc/passwd
cp -L /etc/group /etc/nsswitch.conf etc
echo 'an image' >etc/image
mkdir -p .singularity.d/env
echo 'export OF_IMAGE=yes' >.singularity.d/env/90-environment.sh
rm /tmp/files
