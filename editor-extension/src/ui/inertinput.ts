import type * as vscode from "vscode";
import { inertLabel, inertLine } from "./inert.js";

/** Rules are what becomes of a value that is set, by the name of its property. */
type Rules<T> = { readonly [K in keyof T]?: (value: never) => unknown };

/**
 * rewriting returns an object of the editor's whose properties pass through rules as they are set.
 * The editor's objects have private state, so that everything else happens on the object itself.
 */
export function rewriting<T extends object>(target: T, rules: Rules<T>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === "function" ? (value.bind(object) as unknown) : value;
    },
    set: (object, name, value: unknown) => {
      const rule = rules[name as keyof T] as ((value: unknown) => unknown) | undefined;
      return Reflect.set(object, name, rule ? rule(value) : value, object);
    },
  });
}

/** inertInput returns an input box whose texts are made inert as they are set. */
export function inertInput(box: vscode.InputBox): vscode.InputBox {
  return rewriting(box, {
    title: optional,
    prompt: optional,
    placeholder: optional,
    validationMessage: (value: string | vscode.InputBoxValidationMessage | undefined) =>
      typeof value === "object" ? { ...value, message: inertLine(value.message) } : optional(value),
  });
}

/** inertPick returns a quick pick whose texts are made inert as they are set. */
export function inertPick<T extends vscode.QuickPickItem>(
  pick: vscode.QuickPick<T>,
): vscode.QuickPick<T> {
  // The editor knows rows by identity: those that are marked must be the ones that are shown.
  let shown = new Map<T, T>();
  const same = (rows: readonly T[]) => rows.map((row) => shown.get(row) ?? row);
  return rewriting(pick, {
    title: optional,
    placeholder: optional,
    items: (rows: readonly T[]) => {
      shown = new Map(rows.map((row) => [row, inertRow(row)]));
      return rows.map((row) => shown.get(row));
    },
    activeItems: same,
    selectedItems: same,
  });
}

/** inertRow returns a copy of a row with inert texts, and all else that the row has. */
export function inertRow<T extends vscode.QuickPickItem>(row: T): T {
  const { description, detail } = row;
  return {
    ...row,
    label: inertLabel(row.label),
    ...(description === undefined ? {} : { description: inertLine(description) }),
    ...(detail === undefined ? {} : { detail: inertLine(detail) }),
  };
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inertLine(text);
}
