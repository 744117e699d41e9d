import type * as vscode from "vscode";
import { EventEmitter } from "./events.js";
import { enums, Uri } from "./types.js";

/** MemoryStub is a Memento; what is put in is copied as JSON, as the editor does. */
export class MemoryStub {
  readonly #values = new Map<string, string>();

  keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  get<T>(key: string, otherwise?: T): T | undefined {
    const value = this.#values.get(key);
    return value === undefined ? otherwise : (JSON.parse(value) as T);
  }

  update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }

  setKeysForSync(): void {
    // Nothing is synchronised here.
  }
}

/** SecretsStub is a SecretStorage. */
export class SecretsStub {
  readonly values = new Map<string, string>();
  readonly onDidChange = new EventEmitter<vscode.SecretStorageChangeEvent>().event;

  keys(): Promise<string[]> {
    return Promise.resolve([...this.values.keys()]);
  }

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.values.get(key));
  }

  store(key: string, value: string): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.values.delete(key);
    return Promise.resolve();
  }
}

/** ContextStub is what `activate` is given. */
export class ContextStub {
  readonly subscriptions: { dispose: () => unknown }[] = [];
  readonly workspaceState = new MemoryStub();
  readonly globalState = new MemoryStub();
  readonly secrets = new SecretsStub();
  readonly extensionMode = enums.ExtensionMode.Test;
  readonly extension = { id: "sa2c.sunpyter", packageJSON: { version: "0.1.0" } };
  readonly extensionUri: Uri;

  constructor(readonly extensionPath = "/extension") {
    this.extensionUri = Uri.file(extensionPath);
  }

  /** api is the context in the editor's type. */
  get api(): vscode.ExtensionContext {
    return this as unknown as vscode.ExtensionContext;
  }
}
