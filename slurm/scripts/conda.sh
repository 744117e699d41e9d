# Finds conda and makes `conda activate` work in this shell.
sunpyter_file=${CONDA_EXE-}
if [ ! -x "$sunpyter_file" ]; then sunpyter_file=$(type -P conda); fi
for sunpyter_name in "$HOME"/{miniforge3,mambaforge,miniconda3,anaconda3,miniconda,anaconda}/bin/conda /opt/conda/bin/conda; do
  if [ -z "$sunpyter_file" ] && [ -x "$sunpyter_name" ]; then sunpyter_file=$sunpyter_name; fi
done
if [ -z "$sunpyter_file" ]; then
  sunpyter_because "conda is not found: name a module that has it"
elif sunpyter_hook=$("$sunpyter_file" shell.bash hook); then
  eval "$sunpyter_hook"
else
  . "${sunpyter_file%/*/*}/etc/profile.d/conda.sh"
fi
