# Part of the configuration of the job's Jupyter, after "mode" is set. Kernels of a node that
# other users share listen on sockets in the private directory (jupyter_client's transport
# "ipc"), not on ports of 127.0.0.1: what a kernel publishes is signed, but not encrypted.
# It changes KernelManager itself, so that no other configuration file can open a port, and
# so that a kernel that cannot use such sockets still works.
import base64
import itertools
import os
import sys

private = os.path.dirname(os.path.dirname(__file__))

# ZeroMQ of the Java machine and of .NET knows ports alone, ark does not know how Jupyter names sockets.
PORTS_ONLY = {"java", "scala", "coursier", "almond", "dotnet", "ark"}
LANGUAGES = {"python", "r", "julia"}  # ipykernel, xeus-python, IRkernel, xeus-r, IJulia
PROGRAMS = ("python", "ipykernel", "xeus", "xcpp", "xpython")


def uses_sockets(spec):
    """Report whether a kernel can listen on sockets."""
    if (spec.metadata or {}).get("kernel_provisioner", {}).get("provisioner_name", "local-provisioner") != "local-provisioner":
        return False  # it runs elsewhere
    if mode != "auto":
        return mode == "ipc"
    names = [os.path.basename(word).lower() for word in " ".join(spec.argv).split()]
    if PORTS_ONLY.intersection(names):
        return False
    return (spec.language or "").lower() in LANGUAGES or any(name.startswith(PROGRAMS) for name in names)


def notice(kind, text):
    """Tell the user, through the job's notices."""
    with open(os.path.join(private, "notices"), "a") as f:
        f.write(kind + " " + base64.b64encode(text.encode()).decode() + "\n")


def install():
    from jupyter_client.manager import KernelManager

    if hasattr(KernelManager, "_sunpyter"):
        return  # each application in the process reads this file
    KernelManager._sunpyter = True
    original = KernelManager.__init__
    numbers = itertools.count(1)
    os.makedirs(os.path.join(private, "k"), mode=0o700, exist_ok=True)

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        try:
            spec = self.kernel_spec
        except Exception:
            return  # there is no such kernel, and its start says so
        if spec is None:
            return
        if uses_sockets(spec):
            # A path of its own for each kernel: numbers that are free now may be another's a
            # moment later. Short, since a socket's path has at most 107 bytes.
            self.transport = "ipc"
            if hasattr(self, "cache_ports"):
                self.cache_ports = False  # these are TCP's
            if getattr(self, "transport_encryption", None) == "required":
                self.transport_encryption = "disabled"  # it is for TCP alone, and ends the start
            self.ip = os.path.join(private, "k", str(next(numbers)))
        else:
            self.transport = "tcp"
            self.ip = "127.0.0.1"
            notice("loopback", spec.display_name or self.kernel_name)

    KernelManager.__init__ = init


# The kernels' own environment has nothing of this.
before = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
if before[0] == os.path.dirname(__file__):
    if before[1:]:
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(before[1:])
    else:
        del os.environ["JUPYTER_CONFIG_PATH"]
with open(os.path.join(private, "python"), "w") as f:  # for shells, see launch.sh
    f.write((sys.executable or "python3") + "\n")
install()
