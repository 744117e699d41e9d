# real-modules.sh FOLDER: installs the module system in FOLDER on this host, with three modules.
cp -a "$1/." /
files=/usr/share/modules/modulefiles
mkdir -p "$files"/{python,jupyter,miniforge3,gcc} /opt/jupyter/bin
if [ -d /etc/lmod ]; then
  rm -rf /etc/lmod/modules
  ln -s "$files" /etc/lmod/modules
fi
printf '#%%Module1.0\nprepend-path PATH /opt/python/bin\n' >"$files/python/3.11"
printf '#%%Module1.0\nprepend-path PATH /opt/jupyter/bin\n' >"$files/jupyter/4"
printf '#%%Module1.0\nconflict python\nprepend-path PATH /opt/conda/bin\n' >"$files/miniforge3/24"
printf '#%%Module1.0\nprepend-path PATH /opt/gcc/bin\n' >"$files/gcc/13"
for program in /usr/bin/python3 /usr/bin/jupyter*; do ln -s "$program" /opt/jupyter/bin/; done
