import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseOnCluster, type System } from "../src/common/windowhost.js";
import { createStub } from "./stub/vscode.js";

function made(remoteName: string | undefined, env: System["env"] = {}, files: string[] = []) {
  const stub = createStub();
  stub.env.api.remoteName = remoteName;
  const system = { env, exists: (path: string) => files.includes(path) };
  return { ...stub, refuse: () => refuseOnCluster(stub.vscode, system) };
}

test("window host: on a cluster nothing is started, and a local window is offered", async () => {
  const rows: [string | undefined, System["env"], string[]][] = [
    ["ssh-remote", { PATH: "/usr/bin:/opt/slurm/bin" }, ["/opt/slurm/bin/sbatch"]],
    ["ssh-remote", {}, ["/etc/slurm"]],
    ["tunnel", {}, ["/etc/slurm"]],
    [undefined, { SLURM_JOB_ID: "4711" }, []],
  ];
  for (const [remoteName, env, files] of rows) {
    const { refuse, window, commands } = made(remoteName, env, files);
    window.answer = () => "New Local Window";
    assert.equal(await refuse(), true);
    assert.match(window.texts[0] ?? "", /Open a local window instead/);
    assert.deepEqual(commands.executed, [
      { id: "vscode.newWindow", args: [{ remoteAuthority: null }] },
    ]);
  }
});

test("window host: anywhere else is fine, with Slurm or without", async () => {
  const rows: [string | undefined, string[]][] = [
    [undefined, []],
    [undefined, ["/etc/slurm"]],
    ["wsl", ["/etc/slurm"]],
    ["dev-container", []],
    ["ssh-remote", []],
  ];
  for (const [remoteName, files] of rows) {
    const { refuse, window } = made(remoteName, { PATH: "/usr/bin" }, files);
    assert.equal(await refuse(), false);
    assert.deepEqual(window.texts, []);
  }
});
