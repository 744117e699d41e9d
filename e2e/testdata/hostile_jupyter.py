# Lines that people copy to have Jupyter behind a portal or on a network.
c = get_config()  # noqa
for app in (c.ServerApp, c.NotebookApp):
    app.allow_origin = "*"
    app.allow_origin_pat = ".*"
    app.allow_credentials = True
    app.allow_remote_access = True
    app.disable_check_xsrf = True
    app.trust_xheaders = True
    app.sock_mode = "0666"
    app.ip = "0.0.0.0"
    app.port = 9999
    app.password = "sha1:67c9e60bb8b6:9ffede0825894254b2e042ea597d771089e11aed"
for manager in (c.ConnectionFileMixin, c.KernelManager, c.AsyncKernelManager, c.IOLoopKernelManager, c.AsyncIOLoopKernelManager):
    manager.transport = "tcp"
    manager.ip = "0.0.0.0"
    manager.cache_ports = True
