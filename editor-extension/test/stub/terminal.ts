import type * as vscode from "vscode";

/** TerminalStub is a terminal of an extension, as the editor runs it. */
export class TerminalStub {
  /** text is what its screen was sent. */
  text = "";
  name: string;
  shown = false;
  /** exitCode is set once it has closed itself: null without a code. */
  exitCode: number | null | undefined;

  constructor(
    readonly creationOptions: vscode.ExtensionTerminalOptions,
    size: vscode.TerminalDimensions | undefined = { rows: 24, columns: 80 },
  ) {
    const { pty, name } = creationOptions;
    this.name = name;
    pty.onDidWrite((text) => (this.text += text));
    pty.onDidChangeName?.((changed) => (this.name = changed));
    pty.onDidClose?.((code) => (this.exitCode = code ?? null));
    pty.open(size);
  }

  show(): void {
    this.shown = true;
  }

  /** type is what a user types or pastes. */
  type(text: string): void {
    this.creationOptions.pty.handleInput?.(text);
  }

  resize(rows: number, columns: number): void {
    this.creationOptions.pty.setDimensions?.({ rows, columns });
  }

  close(): void {
    this.creationOptions.pty.close();
  }
}
