import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createSettings } from "../src/settings/settings.js";
import { parseDuration, parseMemory } from "../src/text/units.js";
import { createStub } from "./stub/vscode.js";

interface Schema {
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly default?: unknown;
  readonly scope?: string;
  readonly markdownDescription?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly {
      command: string;
      title: string;
      icon?: string;
      enablement?: string;
    }[];
    readonly menus: Readonly<
      Record<string, readonly { command: string; when: string; group: string }[]>
    >;
    readonly views: Readonly<Record<string, readonly { id: string; icon: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { id: string; icon: string }[] };
    readonly viewsWelcome: readonly { view: string; contents: string }[];
    readonly configuration: readonly { properties: Readonly<Record<string, Schema>> }[];
    readonly walkthroughs: readonly {
      steps: readonly { description: string; media: { svg?: string; markdown?: string } }[];
    }[];
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { contributes } = manifest;
const settings = Object.assign(
  {},
  ...contributes.configuration.map((part) => part.properties),
) as Record<string, Schema>;
const accepts = (schema: Schema | undefined, text: string): boolean =>
  new RegExp(schema?.pattern ?? "", "u").test(text);

/** isInPalette is false for commands of rows, and for those with the title of another. */
function isInPalette({ command }: { readonly command: string }): boolean {
  const palette = contributes.menus["commandPalette"] ?? [];
  return !palette.some((one) => one.command === command && one.when === "false");
}

test("manifest: the commands have the titles that were agreed", () =>
  assert.deepEqual(
    contributes.commands.filter(isInPalette).map(({ title }) => title),
    [
      "Start Sunbird kernel",
      "Start Kernel with Last Used Resources",
      "Stop Kernel",
      "Show Kernels",
      "Check Connection",
      "Show Log",
      "Open Terminal on the Node",
      "Open Jupyter in Browser",
      "Copy Jupyter URL",
      "Add Cluster Folder to Workspace",
      "Bring Back New Files",
      "Send to Cluster",
      "Show Files on Cluster",
      "Forget Choices for Folders",
      "Forget Saved Passwords",
    ],
  ));

test("manifest: a command that needs a kernel is enabled, and in the palette, only with one", () => {
  const enabled = contributes.commands.flatMap(({ command, enablement }) =>
    enablement === undefined ? [] : [{ command, when: enablement }],
  );
  const palette = contributes.menus["commandPalette"] ?? [];
  assert.deepEqual(
    palette.filter(({ when }) => when !== "false"),
    enabled,
  );
  // Commands of rows need a row.
  const withRow = contributes.commands.filter(({ command }) => /\.(kernel|files)\./u.test(command));
  assert.ok(withRow.length > 10 && !withRow.some(isInPalette));
  assert.deepEqual(enabled, [
    { command: "sunpyter.stop", when: "sunpyter.hasKernel" },
    { command: "sunpyter.openInBrowser", when: "sunpyter.ready" },
    { command: "sunpyter.copyUrl", when: "sunpyter.ready" },
  ]);
});

test("manifest: no setting counts in a folder that is not trusted, and none chooses the program there", () => {
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, "limited");
  assert.deepEqual([...restrictedConfigurations].sort(), Object.keys(settings).sort());
  assert.equal(settings["sunpyter.serverPath"]?.scope, "machine");
});

test("manifest: every setting has a description, a scope and a default", () => {
  for (const [key, { markdownDescription, scope, default: value }] of Object.entries(settings)) {
    assert.ok(markdownDescription && scope && value !== undefined, key);
  }
});

test("manifest: a pattern accepts exactly what is parsed", () => {
  const times = [
    "4h",
    "90m",
    "90 min",
    "1h30m",
    "2 days",
    "1.5h",
    "1d12h",
    "02:30:00",
    "1-12:00:00",
    "90",
  ];
  const sizes = ["8G", "8 GB", "512M", "1.5G", "16GiB", "4096"];
  for (const text of times) {
    assert.ok(parseDuration(text) > 0 && accepts(settings["sunpyter.timeLimit"], text), text);
  }
  for (const text of sizes) {
    assert.ok(parseMemory(text) > 0 && accepts(settings["sunpyter.memory"], text), text);
  }
  for (const text of ["soon", "4 apples", "-1h", "h", "1:2:3:4"]) {
    assert.throws(() => parseDuration(text), text);
    assert.ok(!accepts(settings["sunpyter.timeLimit"], text), text);
  }
  for (const text of ["much", "8X", "-8G", "8 apples"]) {
    assert.throws(() => parseMemory(text), text);
    assert.ok(!accepts(settings["sunpyter.memory"], text), text);
  }
  for (const text of ["", "1", "a100:2"]) assert.ok(accepts(settings["sunpyter.gpus"], text), text);
  for (const text of ["a100:", "two", "1 2"]) assert.ok(!accepts(settings["sunpyter.gpus"], text));
  for (const text of ["", "sunbird", "alice@login.example.org"]) {
    assert.ok(accepts(settings["sunpyter.cluster"], text), text);
  }
  for (const text of ["-oProxyCommand=x", "a b", "$(x)", "a;b"]) {
    assert.ok(!accepts(settings["sunpyter.cluster"], text), text);
  }
});

test("manifest: a profile and a preset may have exactly what is read", () => {
  for (const [key, extra] of [
    ["clusters", { user: "alice" }],
    ["presets", { cluster: "sunbird" }],
  ] as const) {
    const schema = settings[`sunpyter.${key}`]?.additionalProperties as Schema;
    assert.equal(schema.additionalProperties, false);
    assert.ok(Object.keys(extra).every((name) => schema.properties?.[name]));
    const { vscode, workspace, window } = createStub();
    const nothing = Object.keys(schema.properties ?? {}).map((name) => [name, undefined] as const);
    workspace.set({ [`sunpyter.${key}`]: { mine: { ...Object.fromEntries(nothing), ...extra } } });
    assert.equal(createSettings(vscode)[key]().length, 1);
    assert.deepEqual(window.texts, [], `${key}: a member of the schema is not read`);
  }
});

test("manifest: the walkthrough's pictures are there, and its buttons are commands", () => {
  const ours = contributes.commands.map(({ command }) => command);
  for (const { description, media } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
    assert.ok(existsSync(media.svg ?? media.markdown ?? ""), JSON.stringify(media));
    for (const [, id = ""] of description.matchAll(/\(command:([\w.]+)\)/gu)) {
      assert.ok(ours.includes(id) || id === "ipynb.newUntitledIpynb", id);
    }
  }
});

test("manifest: nothing of ours runs before a command, a notebook or a cluster's file", () =>
  assert.deepEqual(manifest.activationEvents, [
    "onNotebook:jupyter-notebook",
    "onNotebook:interactive",
    "onFileSystem:sunpyter",
  ]));

test("manifest: each view has a welcome text with one button, and only icons of the theme", () => {
  const { views, viewsContainers, viewsWelcome, commands, menus } = contributes;
  const container = viewsContainers.activitybar.map(({ id }) => id);
  assert.deepEqual(Object.keys(views), container);
  const all = Object.values(views).flat();
  assert.deepEqual(
    viewsWelcome.map(({ view }) => view),
    all.map(({ id }) => id),
  );
  const ids = commands.map(({ command }) => command);
  for (const { contents } of viewsWelcome) {
    const buttons = [...contents.matchAll(/^\[.+\]\(command:(.+)\)$/gmu)];
    assert.equal(buttons.length, 1);
    assert.ok(ids.includes(buttons[0]?.[1] ?? ""), contents);
  }
  const icons = [...viewsContainers.activitybar, ...all, ...commands].flatMap(
    ({ icon }) => icon ?? [],
  );
  for (const icon of icons) assert.match(icon, /^\$\([a-z-]+\)$/u);
  const inRows = menus["view/item/context"] ?? [];
  for (const { command, group } of inRows.filter((one) => one.group.startsWith("inline"))) {
    assert.ok(commands.find((one) => one.command === command)?.icon, `${command} has no icon`);
    const inMenu = inRows.some((one) => one.command === command && one.group !== group);
    assert.ok(inMenu || command.endsWith("takeOver"), `${command} is only a button`);
  }
});
