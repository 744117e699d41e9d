# Holds terminals and commands in the job, in the environment of its kernels: each in a process
# of its own, so that neither ends with the connection that it was opened over. node_agent.sh
# has launch.sh start it, with the private folder as its argument.
#
# Sunpyter connects to the socket "open" in the folder "shells" for a new one, and to the one
# named like its id to return to it. Both sides speak in frames: a letter, the length of what
# follows in four bytes, and that. See frames.go, which has the other side.
import base64
import errno
import fcntl
import json
import os
import pty
import pwd
import re
import select
import signal
import socket
import struct
import sys
import termios
import time

LIMIT = 256 * 1024  # bytes of output that Sunpyter has not confirmed
HISTORY = 64 * 1024  # bytes that it has, and that a reloaded window shows again
CHUNK = 32 * 1024  # bytes in one frame of output
MAX_FRAME = 1024 * 1024
TICK = 2.0  # seconds between looks at what no event reports
LAST_OUTPUT = 0.3  # seconds in which a terminal's last output arrives after its shell has ended
PATIENCE = 5.0  # seconds that a shell may take to end

# What interactive shells set themselves, or what is of one shell alone.
OWN = set(
    "_ BASHOPTS BASH_ENV COLORTERM COLUMNS ENV HISTCONTROL HISTFILE HISTFILESIZE HISTSIZE IFS LINES LS_COLORS"
    " OLDPWD PPID PROMPT_COMMAND PS1 PS2 PS4 PWD SHELL SHELLOPTS SHLVL TERM UID EUID".split()
)


class Wire:
    """A connection to Sunpyter."""

    def __init__(self, sock):
        sock.setblocking(False)
        self.sock, self.got, self.out, self.greeted = sock, bytearray(), bytearray(), False

    def send(self, kind, content=b""):
        self.out += struct.pack(">cI", kind, len(content)) + content

    def flush(self):
        while self.out:
            try:
                sent = self.sock.send(self.out)
            except BlockingIOError:
                return
            del self.out[:sent]

    def receive(self):
        """Return the frames that have arrived; EOFError at the end."""
        try:
            data = self.sock.recv(2 * CHUNK)
        except BlockingIOError:
            return []
        if not data:
            raise EOFError
        self.got += data
        return self.frames()

    def frames(self):
        """Return the frames that are complete."""
        frames = []
        while len(self.got) >= 5:
            kind, length = struct.unpack(">cI", bytes(self.got[:5]))
            if length > MAX_FRAME:
                raise EOFError
            if len(self.got) < 5 + length:
                break
            frames.append((kind, bytes(self.got[5 : 5 + length])))
            del self.got[: 5 + length]
        return frames


class Shell:
    """A terminal or a command, and the connection to it while there is one."""

    def __init__(self, folder, request):
        self.directory = base64.b64decode(request.get("directory", ""))
        if self.directory:
            os.chdir(self.directory)
        self.private = os.path.dirname(folder)
        self.path = os.path.join(folder, request["id"])
        self.tty = bool(request.get("tty"))
        self.keep = float(request.get("keep", 60))
        self.interactive = self.tty and not request.get("command")
        self.chunks = []  # of the output from base to end, with their letters
        self.base = self.confirmed = self.sent = self.end = 0  # offsets in the output
        self.input, self.taken, self.closing_input = bytearray(), 0, False
        self.acked_input = 0
        self.status = None  # how it ended; None: it runs
        self.ended = 0.0
        self.over = False  # Sunpyter wants no more of it
        self.reported = False  # the status is sent
        self.wire, self.detached = None, time.monotonic()
        self.used_at, self.used = 0, os.open(os.path.join(folder, "used"), os.O_WRONLY | os.O_CREAT, 0o600)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(2)
        self.listener.setblocking(False)
        self.woken, wake = os.pipe()
        for fd in (self.woken, wake):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.terminate)
        self.spawn(folder, request)

    def terminate(self, *_):
        self.over = True

    # The process.

    def spawn(self, folder, request):
        argv, environment = request.get("command"), dict(os.environ)
        for name in ("LINES", "COLUMNS"):
            environment.pop(name, None)
        if self.directory:
            environment["PWD"] = os.fsdecode(self.directory)
        if self.tty:
            environment["TERM"] = terminal_type(request.get("term", ""))
            if request.get("colorTerm") in ("truecolor", "24bit"):
                environment["COLORTERM"] = request["colorTerm"]
        if not argv:
            argv = login_shell(folder, environment)
        size = (int(request.get("rows", 24)), int(request.get("columns", 80)))
        if self.tty:
            self.child, master = pty.fork()
            if self.child == 0:
                run_child(argv, environment, size)
            self.outputs, self.stdin = {master: b"O"}, master
        else:
            pipes = [os.pipe() for _ in range(3)]
            self.child = os.fork()
            if self.child == 0:
                os.setsid()
                for fd, end in enumerate((pipes[0][0], pipes[1][1], pipes[2][1])):
                    os.dup2(end, fd)
                run_child(argv, environment, None)
            for end in (pipes[0][0], pipes[1][1], pipes[2][1]):
                os.close(end)
            self.outputs, self.stdin = {pipes[1][0]: b"O", pipes[2][0]: b"R"}, pipes[0][1]
        for fd in set(self.outputs) | {self.stdin}:
            os.set_blocking(fd, False)

    def note_use(self):
        """Note the time, by which an unused kernel is known."""
        now = int(time.time())
        if now != self.used_at:
            self.used_at = now
            os.pwrite(self.used, b"%-20d\n" % now, 0)

    def busy(self):
        """Whether a command runs."""
        if self.status is not None:
            return False
        if not self.interactive:
            return True
        if self.stdin is None:  # its terminal is closed: it is about to end
            return False
        try:
            return os.tcgetpgrp(self.stdin) != self.child
        except OSError:
            return False

    # Output.

    def room(self):
        return self.end - self.confirmed < LIMIT or (self.tty and self.wire is None)

    def read_output(self, fd):
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return
        except OSError as e:  # EIO: nobody has the terminal open any more
            if e.errno != errno.EIO:
                raise
            data = b""
        if not data:
            self.close_output(fd)
            return
        self.note_use()
        self.chunks.append((self.outputs[fd], data))
        self.end += len(data)
        while self.wire is None and self.tty and self.end - self.base > LIMIT:
            self.base += len(self.chunks.pop(0)[1])  # the oldest goes: the command must not wait for a laptop that sleeps
            self.confirmed = max(self.confirmed, self.base)
        self.send_output()

    def close_output(self, fd):
        del self.outputs[fd]
        if fd == self.stdin:
            self.stdin = None
        os.close(fd)

    def send_output(self):
        if self.wire is None or not self.wire.greeted:
            return
        offset = self.base
        for kind, data in self.chunks:
            if offset + len(data) > self.sent:
                self.wire.send(kind, data[max(0, self.sent - offset) :])
                self.sent = offset + len(data)
            offset += len(data)
        if self.status is not None and not self.outputs and not self.reported:
            self.reported = True
            self.wire.send(b"X", json.dumps({"status": self.status}).encode())

    def confirm(self, offset):
        self.confirmed = max(self.confirmed, min(offset, self.end))
        keep = HISTORY if self.interactive else 0
        while self.chunks and self.base + len(self.chunks[0][1]) <= self.confirmed - keep:
            self.base += len(self.chunks.pop(0)[1])
            self.begin_with_a_line()

    def begin_with_a_line(self):
        """Drop the rest of a line at the beginning of what is kept, which may be half a character."""
        if self.interactive and self.chunks:
            kind, data = self.chunks[0]
            cut = data.find(b"\n") + 1
            if self.base + cut <= self.confirmed:
                self.base += cut
                self.chunks[0] = (kind, data[cut:])

    # Input.

    def write_input(self):
        if self.stdin is not None and self.input:
            try:
                written = os.write(self.stdin, bytes(self.input[:CHUNK]))
            except BlockingIOError:
                return
            except OSError:  # it has closed its input, or ended
                self.drop_input()
                return
            del self.input[:written]
            self.note_use()
        if self.stdin is None:
            self.input.clear()
        if self.closing_input and not self.input and not self.tty:
            self.drop_input()
        self.acknowledge_input()

    def drop_input(self):
        self.input.clear()
        if self.stdin is not None and not self.tty:
            os.close(self.stdin)
            self.stdin = None
        self.acknowledge_input()

    def acknowledge_input(self):
        done = self.taken - len(self.input)
        if self.wire is not None and self.wire.greeted and done != self.acked_input:
            self.acked_input = done
            self.wire.send(b"K", struct.pack(">Q", done))

    # The connection.

    def attach(self, wire):
        if self.wire is not None:
            self.wire.sock.close()
        self.wire = wire

    def detach(self):
        if self.wire is not None:
            self.wire.sock.close()
            self.wire, self.detached = None, time.monotonic()

    def greet(self, wire, output):
        """Continue the conversation where Sunpyter has it."""
        wire.greeted = True
        self.confirm(output)
        self.sent, self.reported, self.acked_input = max(output, self.base), False, -1
        wire.send(b"H", json.dumps({"input": self.taken, "output": self.sent, "end": self.end}).encode())
        self.acknowledge_input()
        self.send_output()

    def handle(self, wire, kind, content):
        if kind == b"H":
            hello = json.loads(content.decode())
            self.resize(int(hello["rows"]), int(hello["columns"]))
            self.greet(wire, int(hello["output"]))
            self.redraw()
        elif not wire.greeted:
            return
        elif kind == b"I":
            self.taken += len(content)
            self.input += content
            self.write_input()
        elif kind == b"E":
            self.closing_input = True
            self.write_input()
        elif kind == b"W":
            self.resize(*struct.unpack(">HH", content))
        elif kind == b"S":
            self.signal(content.decode())
        elif kind == b"K":
            self.confirm(struct.unpack(">Q", content)[0])
        elif kind == b"C":
            self.over = True

    def resize(self, rows, columns):
        if self.tty and self.stdin is not None and rows > 0 and columns > 0:
            fcntl.ioctl(self.stdin, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def redraw(self):
        """Have a program that has the whole screen draw it: what it drew may be gone."""
        try:
            if self.tty and self.stdin is not None:
                kill_group(os.tcgetpgrp(self.stdin), signal.SIGWINCH)
        except OSError:
            pass

    def signal(self, name):
        if self.status is None:
            kill_group(self.child, getattr(signal, "SIG" + name, 0))

    # The loop.

    def run(self):
        while not self.over and not (self.wire is None and time.monotonic() - self.detached > self.keep):
            self.step()
            if self.busy():
                self.note_use()
            if not os.path.exists(self.private):
                break
        self.finish()

    def step(self):
        poller = select.poll()
        poller.register(self.listener, select.POLLIN)
        poller.register(self.woken, select.POLLIN)
        if self.wire is not None:
            poller.register(self.wire.sock, select.POLLIN | (select.POLLOUT if self.wire.out else 0))
        interest = {}
        if self.room():
            for fd in self.outputs:
                interest[fd] = select.POLLIN
        if self.stdin is not None and self.input:
            interest[self.stdin] = interest.get(self.stdin, 0) | select.POLLOUT
        for fd, events in interest.items():
            poller.register(fd, events)
        timeout = TICK
        if self.status is not None and self.outputs and self.room():
            timeout = LAST_OUTPUT if self.tty else 0
        ready = dict(poller.poll(timeout * 1000))
        if self.woken in ready:
            os.read(self.woken, 512)
        self.reap()
        readable = [fd for fd in self.outputs if fd in interest and ready.get(fd, 0) & ~select.POLLOUT]
        for fd in readable:
            self.read_output(fd)
        if self.status is not None and not readable and time.monotonic() - self.ended >= (LAST_OUTPUT if self.tty else 0) and self.room():
            for fd in list(self.outputs):  # processes in the background may have it open still
                self.close_output(fd)
        if self.status is not None:
            self.send_output()
        if self.stdin is not None and ready.get(self.stdin, 0) & select.POLLOUT:
            self.write_input()
        self.serve(ready)

    def reap(self):
        if self.status is not None:
            return
        pid, status = os.waitpid(self.child, os.WNOHANG)
        if pid:
            self.status = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
            self.ended = time.monotonic()

    def serve(self, ready):
        wire = self.wire
        if wire is not None:
            try:
                if ready.get(wire.sock.fileno(), 0) & ~select.POLLOUT:
                    for kind, content in wire.receive():
                        self.handle(wire, kind, content)
                wire.flush()
            except (OSError, EOFError, ValueError, KeyError, struct.error):
                self.detach()
        if self.listener.fileno() in ready:
            try:
                self.attach(Wire(self.listener.accept()[0]))
            except OSError:
                pass

    def finish(self):
        """End it, and all that belongs to it."""
        self.detach()
        self.listener.close()
        try:
            os.unlink(self.path)
        except OSError:
            pass
        if self.status is None and not self.tty:
            kill_group(self.child, signal.SIGTERM)
        for fd in list(self.outputs):
            self.close_output(fd)  # a terminal's processes get a HUP
        limit = time.monotonic() + PATIENCE
        while self.status is None and time.monotonic() < limit:
            time.sleep(0.05)
            self.reap()
        if self.status is None:
            kill_group(self.child, signal.SIGKILL)


def kill_group(group, number):
    try:
        os.killpg(group, number)
    except OSError:
        pass


def run_child(argv, environment, size):
    """Become argv; never returns."""
    try:
        if size:
            settings = termios.tcgetattr(0)
            settings[0] |= getattr(termios, "IUTF8", 0o40000)
            termios.tcsetattr(0, termios.TCSANOW, settings)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[0], size[1], 0, 0))
        for number in range(1, signal.NSIG):
            try:
                signal.signal(number, signal.SIG_DFL)
            except (OSError, ValueError):
                pass
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.umask(UMASK)
        os.closerange(3, 1024)
        os.execvpe(argv[0], argv, environment)
    except OSError as e:
        os.write(2, ("sunpyter: %s: %s\n" % (argv[0], e.strerror)).encode())
        os._exit(127 if e.errno == errno.ENOENT else 126)
    finally:
        os._exit(126)


def terminal_type(name):
    """Return name if this node knows such terminals, else one that every node knows."""
    if re.match(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$", name):
        for folder in (os.path.expanduser("~/.terminfo"), "/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo"):
            for first in (name[0], "%02x" % ord(name[0])):
                if os.path.exists(os.path.join(folder, first, name)):
                    return name
    return "xterm-256color"


def login_shell(folder, environment):
    """Return the command line of the user's shell. Its startup files may set another environment:
    it puts the kernels' back after them. environment is changed where it has to be told so."""
    shell = os.environ.get("SHELL") or ""
    if not os.access(shell, os.X_OK):
        try:
            shell = pwd.getpwuid(os.getuid()).pw_shell
        except KeyError:
            shell = ""
    if not os.access(shell, os.X_OK):
        shell = "/bin/bash"
    kinds = {"bash": bash, "zsh": zsh, "fish": fish, "tcsh": csh, "csh": csh}
    kind = kinds.get(os.path.basename(shell))
    return kind(shell, folder, environment) if kind else [shell]


# conda puts the name of its environment before the prompt.
PROMPT = [
    "} 2>/dev/null",
    'PS1=${CONDA_PROMPT_MODIFIER-}${PS1#"$sunpyter_prompt"}',
    "unset sunpyter_prompt",
]


def bash(shell, folder, environment):
    lines = ["if [ -r ~/.bashrc ]; then . ~/.bashrc; fi", "sunpyter_prompt=${CONDA_PROMPT_MODIFIER-}", "{"]
    lines += ["export %s=%s" % (name, sh_quote(value)) for name, value in kernel_variables()]
    return [shell, "--rcfile", start_file(folder, "bashrc", lines + PROMPT), "-i"]


def zsh(shell, folder, environment):
    """zsh reads its files in the folder ZDOTDIR, which is the user's own while theirs are read."""
    own = environment.get("ZDOTDIR")
    start_file(folder, "zsh/.zshenv", [
        "export ZDOTDIR=%s" % sh_quote(own) if own else "unset ZDOTDIR",
        'if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi',
        "sunpyter_folder=${ZDOTDIR-}",
        "ZDOTDIR=%s" % sh_quote(os.path.join(folder, "zsh")),
    ])
    lines = [
        "if [[ -n $sunpyter_folder ]]; then export ZDOTDIR=$sunpyter_folder; else unset ZDOTDIR; fi",
        "unset sunpyter_folder",
        'if [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi',
        "sunpyter_prompt=${CONDA_PROMPT_MODIFIER-}",
        "{",
    ]
    lines += ["export %s=%s" % (name, sh_quote(value)) for name, value in kernel_variables() if name != "ZDOTDIR"]
    start_file(folder, "zsh/.zshrc", lines + PROMPT)
    environment["ZDOTDIR"] = os.path.join(folder, "zsh")
    return [shell, "-i"]


def fish(shell, folder, environment):
    lines = ["begin"]
    for name, value in kernel_variables():
        lines.append("set -gx %s '%s'" % (name, value.replace("\\", "\\\\").replace("'", "\\'")))
    path = start_file(folder, "config.fish", lines + ["end 2>/dev/null"])
    return [shell, "-i", "-C", "source " + sh_quote(path)]


def csh(shell, folder, environment):
    """csh reads its file in the home directory alone."""
    home = csh_quote(environment.get("HOME", os.path.expanduser("~")))
    lines = ["setenv HOME " + home, "set home = " + home]
    names = [".tcshrc", ".cshrc"] if shell.endswith("tcsh") else [".cshrc"]
    lines += ["if (-r ~/%s) then" % names[0], "source ~/%s" % names[0]]
    for name in names[1:]:
        lines += ["else if (-r ~/%s) then" % name, "source ~/%s" % name]
    lines += ["endif"]
    for name, value in kernel_variables():
        if "\n" not in value and name != "HOME":
            lines.append("setenv %s %s" % (name, csh_quote(value)))
    environment["HOME"] = os.path.dirname(start_file(folder, "csh/" + names[0], lines))
    return [shell, "-i"]


def kernel_variables():
    """Return the variables to put back, with their values."""
    found = []
    for name, value in sorted(os.environb.items()):
        name = name.decode("ascii", "replace")
        if re.match(r"[A-Za-z_][A-Za-z0-9_]*$", name) and name not in OWN:
            found.append((name, value.decode("utf-8", "surrogateescape")))
    return found


def sh_quote(text):
    return "'%s'" % text.replace("'", "'\\''")


def csh_quote(text):
    return "'%s'" % text.replace("'", "'\\''").replace("!", "\\!")


def start_file(folder, name, lines):
    """Write a file that a shell reads first, and return its path."""
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open("%s.%d" % (path, os.getpid()), "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write("\n".join(lines) + "\n")
    os.rename(f.name, path)
    return path


def serve(folder, sock):
    """Open what a new connection asks for, and hold it to its end."""
    sock.settimeout(10)
    got = b""
    while len(got) < 5 or len(got) < 5 + struct.unpack(">I", got[1:5])[0]:
        data = sock.recv(CHUNK)
        if not data or len(got) > MAX_FRAME:
            return
        got += data
    length = struct.unpack(">I", got[1:5])[0]
    request, wire = json.loads(got[5 : 5 + length].decode()), Wire(sock)
    wire.got += got[5 + length :]
    if not re.match(r"[0-9a-f]{16}$", request["id"]):
        return
    try:
        shell = Shell(folder, request)
    except OSError as e:
        sock.settimeout(10)
        message = "%s: %s" % (os.fsdecode(e.filename), e.strerror) if e.filename else str(e)
        wire.send(b"F", json.dumps({"message": message}).encode())
        sock.sendall(wire.out)
        return
    shell.attach(wire)
    shell.greet(wire, 0)
    for kind, content in wire.frames():  # what came with the request
        shell.handle(wire, kind, content)
    shell.run()


def main(private):
    folder = os.path.join(private, "shells")
    try:
        os.setsid()  # one group with all that it holds, so that the job ends them together
    except OSError:
        pass
    # The name appears when it listens.
    path, listener = os.path.join(folder, "open"), socket.socket(socket.AF_UNIX)
    listener.bind(path + ".new")
    listener.listen(16)
    with open(os.path.join(folder, "pid"), "w") as f:
        f.write("%d\n" % os.getpid())
    os.rename(path + ".new", path)
    while os.path.exists(private):
        ready = select.select([listener], [], [], TICK)[0]
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        if not ready:
            continue
        sock = listener.accept()[0]
        if os.fork() == 0:
            try:
                listener.close()
                serve(folder, sock)
            except Exception:  # into Jupyter's log
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(0)
        sock.close()


UMASK = os.umask(0o077)  # the shells' own
main(sys.argv[1])
