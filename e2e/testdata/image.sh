# image.sh DIR: makes the root folder of an image without programs: /usr is to be bound. Its Python is then Debian's.
set -eu
mkdir -p "$1"/{ch,dev,etc,home,opt,proc,root,sys,tmp,usr,var}
cd "$1"
for dir in bin lib lib64; do ln -s "usr/$dir" "$dir"; done
cp -L /etc/group /etc/hosts /etc/nsswitch.conf etc
chmod u+w etc/*
printf 'root:x:0:0:root:/root:/bin/sh\n' >etc/passwd
echo 'an image' >etc/image
echo 'OF_IMAGE=yes' >ch/environment
