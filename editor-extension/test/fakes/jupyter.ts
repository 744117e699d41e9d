import type * as api from "@vscode/jupyter-extension";
import type { Answer, Rest } from "../../src/jupyter/rest.js";
import type { Kernel } from "../../src/kernels/types.js";

/** FakeRest is the kernels' Jupyters. */
export class FakeRest implements Rest {
  /** asked are the paths, in their order. */
  readonly asked: string[] = [];
  /** up is false while no one answers. */
  up = true;
  specs = ["python3"];
  sessions: { name: string; kernel: { id: string; last_activity: string } }[] = [];
  /** states are those of the kernels, one for each time that they are asked for. */
  states: string[] = [];
  /** past is the first line that comes past the editor's proxy. */
  past = "";

  get(_kernel: Kernel, path: string): Promise<Answer> {
    this.asked.push(path);
    if (!this.up) return Promise.resolve({ status: 503, body: "" });
    return Promise.resolve({ status: 200, body: JSON.stringify(this.#answer(path)) });
  }

  direct(): Promise<string> {
    return Promise.resolve(this.past);
  }

  #answer(path: string): unknown {
    if (path === "api") return { version: "2.14.0" };
    if (path === "api/kernels") return [{ execution_state: this.states.shift() ?? "idle" }];
    if (path === "api/sessions") return this.sessions;
    const kernelspecs = Object.fromEntries(this.specs.map((name) => [name, { name }]));
    return { default: this.specs[0], kernelspecs };
  }
}

/** FakeCollection is what the Jupyter extension makes of our provider. */
export interface FakeCollection extends api.JupyterServerCollection {
  readonly provider: api.JupyterServerProvider;
  disposed: boolean;
}

/** FakeJupyterExtension is the Jupyter extension, as `vscode.extensions` gives it. */
export class FakeJupyterExtension {
  readonly collections: FakeCollection[] = [];
  isActive = false;
  packageJSON = { version: "2026.6.0" };
  exports: Partial<api.Jupyter> = {
    createJupyterServerCollection: (id, label, provider) => {
      const collection: FakeCollection = {
        id,
        label,
        provider,
        disposed: false,
        dispose: () => (collection.disposed = true),
      };
      this.collections.push(collection);
      return collection;
    },
  };

  activate(): Promise<Partial<api.Jupyter>> {
    this.isActive = true;
    return Promise.resolve(this.exports);
  }
}
