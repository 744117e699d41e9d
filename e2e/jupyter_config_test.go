//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestJupyterConfigurationOfTheUser: settings on which Sunpyter depends have no effect under
// any class, also in files that count more than ours; others stay.
func TestJupyterConfigurationOfTheUser(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	const (
		rootDir = "c.ServerApp.root_dir = '/usr'\nc.FileContentsManager.root_dir = '/usr'\nc.LargeFileManager.root_dir = '/usr'\nc.ServerApp.notebook_dir = '/usr'\n"
		culling = "c.ServerApp.shutdown_no_activity_timeout = 1\nc.MappingKernelManager.cull_idle_timeout = 1\nc.MappingKernelManager.cull_interval = 1\n" +
			"c.AsyncMappingKernelManager.cull_idle_timeout = 1\nc.AsyncMappingKernelManager.cull_interval = 1\nc.MappingKernelManager.cull_connected = True\nc.MappingKernelManager.cull_busy = True\n"
		ports = "c.ServerApp.port = 9999\nc.ServerApp.ip = '0.0.0.0'\nc.ServerApp.sock = '/tmp/mine'\nc.ServerApp.certfile = '/none'\nc.ServerApp.base_url = '/x'\nc.KernelManager.transport = 'tcp'\nc.KernelManager.ip = '0.0.0.0'\n"
	)
	for _, row := range usual(t, 2, []struct{ name, file, text, notice string }{
		{"own token", "jupyter_lab_config.py", "c.ServerApp.token = 'mine'\n", ""},
		{"root_dir, culling, ports and certificates", "jupyter_server_config.py", rootDir + culling + ports, "AsyncMappingKernelManager.cull_idle_timeout"},
		{"root_dir", "jupyter_server_config.py", rootDir, ""},
		{"shutdown and culling", "jupyter_server_config.py", culling, "AsyncMappingKernelManager.cull_idle_timeout"},
		{"ports and certificates", "jupyter_server_config.py", ports, ""},
		{"no token", "jupyter_server_config.py", "c.ServerApp.token = ''\nc.NotebookApp.token = ''\nc.IdentityProvider.token = ''\n", ""},
		{"password", "jupyter_server_config.json", `{"ServerApp": {"password": "argon2:x", "password_required": true}, "PasswordIdentityProvider": {"hashed_password": "argon2:x"}}`, ""},
		{"preferred_dir", "jupyter_server_config.py", "c.ServerApp.preferred_dir = '/home/alice/elsewhere'\nc.FileContentsManager.preferred_dir = '/home/alice/elsewhere'\n", ""},
		{"certificates and logins of another kind", "jupyter_server_config.py", "c.ServerApp.ssl_options = {'ciphers': 'HIGH'}\nc.ServerApp.login_handler_class = 'gone.Handler'\n" +
			"c.ServerApp.identity_provider_class = 'gone.Provider'\nc.ServerApp.authorizer_class = 'gone.Authorizer'\n", ""},
		{"a gateway", "jupyter_server_config.py", "c.GatewayClient.url = 'http://127.0.0.1:9/'\n", ""},
		{"collaboration", "jupyter_server_config.py", "c.LabApp.collaborative = True\nc.YDocExtension.disable_rtc = False\n", ""},
	}) {
		t.Run(row.name, func(t *testing.T) {
			writeStartupFile(t, site, ".jupyter/"+row.file, row.text)
			defer site.MustExec(t, "login", "alice", "rm", "-r", "/home/alice/.jupyter")
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{WorkingDirectory: "/cdt_storage/alice"})
			if out := execute(t, ready, "import os, time\nfor _ in range(40): time.sleep(0.1)\nprint(os.getcwd())"); strings.TrimSpace(out) != "/cdt_storage/alice" {
				t.Errorf("the cell printed %q", out)
			}
			awaitAnswer(t, ready)
			if row.notice != "" {
				w.await("with a notice", func(s protocol.Session) bool {
					return strings.Contains(s.Notice, row.notice) && strings.Contains(s.Notice, "the setting idle")
				})
			}
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// TestKernelspecWithoutItsProgram: reported at the start, with advice.
func TestKernelspecWithoutItsProgram(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	writeStartupFile(t, site, ".local/share/jupyter/kernels/python3/kernel.json",
		`{"argv": ["/home/alice/gone/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3", "language": "python"}`)
	w := openWindow(t, site)
	w.start(protocol.KernelRequest{})
	s := w.await("with a notice", func(s protocol.Session) bool { return s.Notice != "" })
	for _, words := range []string{"the kernel python3 cannot start", "/home/alice/gone/bin/python", "/home/alice/.local/share/jupyter/kernels/python3", "remove"} {
		if !strings.Contains(s.Notice, words) {
			t.Errorf("the notice lacks %q: %s", words, s.Notice)
		}
	}
}

// TestJupyterWithADeadFirstLine: the next one in PATH is used, and that is reported.
func TestJupyterWithADeadFirstLine(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	for _, row := range usual(t, 2, []struct{ name, text string }{
		{"absolute", "#!/home/alice/gone/bin/python\n"},
		{"a long path", "#!/bin/sh\n'''exec' /home/alice/gone/bin/python \"$0\" \"$@\"\n' '''\n"},
		{"with an option", "#! /home/alice/gone/bin/python3.9 -s\nimport sys\n"},
		{"env", "#!/usr/bin/env python-that-is-gone\n"},
	}) {
		t.Run(row.name, func(t *testing.T) {
			writeStartupFile(t, site, ".local/bin/jupyter-lab", row.text)
			writeStartupFile(t, site, ".bash_profile", "PATH=$HOME/.local/bin:$PATH\n")
			site.MustExec(t, "login", "alice", "chmod", "+x", "/home/alice/.local/bin/jupyter-lab")
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{})
			awaitAnswer(t, ready)
			s := w.await("with a notice", func(s protocol.Session) bool { return s.Notice != "" })
			if !strings.Contains(s.Notice, "/home/alice/.local/bin/jupyter-lab was not used") || !strings.Contains(s.Notice, "gone") {
				t.Errorf("the notice is %q", s.Notice)
			}
			w.stopAll()
		})
	}
}
