# Makes a folder of wheels for jupyter-server and ipykernel from Debian's packages, and has pip
# use it alone. What they import comes from Debian, through a .pth file.
import base64, glob, hashlib, os, pathlib, zipfile

home = pathlib.Path.home()
house = home / "wheelhouse"
house.mkdir()
system = "/usr/lib/python3/dist-packages"


def wheel(name, package, more=()):
    file = house / f"{name}-99.0-py3-none-any.whl"
    info = f"{name}-99.0.dist-info"
    entries = {f"{name}.pth": system + "\n", f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n",
               f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    entries.update(more)
    for path in glob.glob(f"{system}/{package}/**", recursive=True):
        if os.path.isfile(path) and "__pycache__" not in path:
            entries[os.path.relpath(path, system)] = open(path, "rb").read()
    record = ""
    with zipfile.ZipFile(file, "w") as z:
        for entry, content in entries.items():
            content = content.encode() if isinstance(content, str) else content
            z.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += f'"{entry}",sha256={digest},{len(content)}\n'
        z.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")


wheel("ipykernel", "ipykernel")
scripts = "[console_scripts]\njupyter-server = jupyter_server.serverapp:main\n"
wheel("jupyter_server", "jupyter_server", {"jupyter_server-99.0.dist-info/entry_points.txt": scripts})
settings = home / ".config" / "pip" / "pip.conf"
settings.parent.mkdir(parents=True, exist_ok=True)
settings.write_text(f"[global]\nno-index = true\nfind-links = {house}\n")
