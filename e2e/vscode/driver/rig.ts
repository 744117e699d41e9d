/** Rig is what the Go part has prepared: rig_test.go describes it. */
export interface Rig {
  readonly Node: string;
  readonly CodeServer: string;
  readonly Chromium: string;
  readonly Extension: string;
  readonly Jupyter: string;
  readonly BuiltIn: string;
  readonly Package: string;
  readonly JupyterVSIX: string;
  readonly Screenshots: string;
  readonly Pictures: string;
  readonly EachStep: boolean;
  readonly Faults: boolean;
  readonly Scratch: string;
  readonly Socket: string;
  readonly SSHConfig: string;
  readonly KnownHosts: string;
  readonly KeyFile: string;
  readonly LoginAddress: string;
}

const settings = process.env["SUNPYTER_RIG"];
if (settings === undefined)
  throw new Error("These tests are run by Go: go test ./e2e/vscode (see e2e/vscode/doc.go).");

/** rig is what this file of tests was given. */
export const rig = JSON.parse(settings) as Rig;
