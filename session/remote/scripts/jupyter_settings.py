# Part of the configuration of the job's Jupyter, after kernel_transport.py. Settings on which
# Sunpyter depends are removed from all other configuration files, under whichever class
# they stand there: the command line wins only over the very same class. Without them
# the command line, the environment (the token) and Jupyter's defaults count.
import shutil

IDLE = ("cull_", "shutdown_no_activity_timeout")  # Sunpyter has an idle rule of its own
OWN = IDLE + ("token", "password", "hashed_password", "root_dir", "notebook_dir", "preferred_dir", "collaborative", "disable_rtc",
             "ssl_options", "identity_provider_class", "authorizer_class", "login_handler_class", "logout_handler_class")
CLASSES = ("App", "Manager", "Mixin", "IdentityProvider", "YDocExtension")


def remove_own(config, command_line):
    """Remove our settings from a configuration and return the names of those removed."""
    removed = []
    for section in list(config):
        if not section.endswith(CLASSES) or not hasattr(config[section], "keys"):
            continue
        given = command_line[section] if section in command_line else {}
        # JupyterLab 4 and Notebook 7 take what is set for NotebookApp as settings of ServerApp (notebook_shim).
        moved = command_line["ServerApp"] if section == "NotebookApp" and "ServerApp" in command_line else {}
        for trait in list(config[section]):
            if (trait.startswith(OWN) or trait in moved) and trait not in given:
                del config[section][trait]
                removed.append(section + "." + trait)
    return removed


def own_settings():
    from traitlets.config import Application

    if hasattr(Application, "_sunpyter"):
        return
    Application._sunpyter = True
    original = Application.update_config
    known = set()

    def update_config(self, config):
        removed = set(remove_own(config, getattr(self, "cli_config", {}))) - known
        known.update(removed)
        if removed:
            self.log.warning("Sunpyter does not use these settings of your Jupyter configuration: %s", ", ".join(sorted(removed)))
        idle = sorted(name for name in removed if name.split(".")[1].startswith(IDLE))
        if idle:
            notice("idle-settings", ", ".join(idle))
        return original(self, config)

    Application.update_config = update_config


def missing_program(spec):
    """Return the program of a kernelspec if it is missing, otherwise ''."""
    program = spec.argv[0] if spec and spec.argv else ""
    return program if program and not shutil.which(program) else ""


def report_missing(name, spec):
    """Tell the user of a kernelspec whose program is missing."""
    program = missing_program(spec)
    if program and os.path.isabs(program):
        notice("kernelspec", "\n".join([name, program, spec.resource_dir or ""]))


def check_default():
    """Tell the user at the start if the kernel of most notebooks cannot start."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        report_missing("python3", KernelSpecManager().get_kernel_spec("python3"))
    except Exception:
        pass  # there is none, or Jupyter itself reports what is wrong with it


if not os.path.exists(os.path.join(private, "checked")):  # each application in the process reads this file
    open(os.path.join(private, "checked"), "w").close()
    own_settings()
    check_default()
