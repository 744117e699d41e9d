# named-environments.sh: makes environments of all kinds in the user's home. They are real, of
# Debian's Python and packages, which are copied into those that have packages of their own. It
# runs after install-jupyter.sh.
set -eu
cd
system=/usr/lib/python3/dist-packages
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
plain() { python3 -m venv --without-pip "$1"; }

# A virtual environment with ipykernel and no Jupyter.
python3 -m venv --without-pip --system-site-packages ml

# One of conda, by its files, with a variable of its own, and with Jupyter.
python3 -m venv --without-pip --system-site-packages "miniforge3/envs/co da"
cd "miniforge3/envs/co da"
rm pyvenv.cfg bin/python* # conda's are programs
mkdir -p conda-meta etc/conda/activate.d etc/conda/deactivate.d
echo 'unset ACTIVATED' >etc/conda/deactivate.d/one.sh
touch "conda-meta/python-$version.0-h1_0_cpython.json" conda-meta/history
cp /usr/bin/python3 bin/python3
ln -s python3 bin/python
printf 'home = /usr/bin\ninclude-system-site-packages = true\nversion = %s.0\n' "$version" >pyvenv.cfg
echo 'export ACTIVATED="it'"'"'s on"' >etc/conda/activate.d/one.sh
for package in jupyter_server jupyterlab notebook nbclassic; do
  if [ -d "$system/$package" ]; then ln -s "$system/$package" "lib/python$version/site-packages/$package"; fi
done
install_jupyter "$PWD"
cd

# Bad ones: without ipykernel; whose Python is gone; whose Python does not run; with ipykernel
# for another Python.
plain bare
plain gone
ln -sf /opt/python-that-is-gone gone/bin/python
ln -sf /opt/python-that-is-gone gone/bin/python3
cp -r ml broken
rm broken/bin/python*
printf '#!/bin/sh\necho "python: error while loading shared libraries: libpython3.6.so" >&2\nexit 127\n' >broken/bin/python
chmod +x broken/bin/python
plain upgraded
mkdir -p upgraded/lib/python3.4/site-packages/ipykernel
