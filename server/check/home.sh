# Facts of the home directory: "free KIB", and "missing PROGRAM" and "kernelspec FOLDER" if the
# user's own kernelspec for Python names a program that does not exist.
free=$(df -Pk -- "$HOME" 2>/dev/null | tail -n 1 | awk '{print $4}')
printf 'free %s\n' "$free"
folder=${JUPYTER_DATA_DIR:-$HOME/.local/share/jupyter}/kernels/python3
[ -r "$folder/kernel.json" ] || exit 0
program=$(tr -d '\n' <"$folder/kernel.json" | sed -n 's/.*"argv" *: *\[ *"\(\/[^"]*\)".*/\1/p')
if [ -n "$program" ] && [ ! -x "$program" ]; then printf 'missing %s\nkernelspec %s\n' "$program" "$folder"; fi
