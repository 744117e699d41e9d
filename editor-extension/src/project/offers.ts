import { offer, openSettings } from "../common/notices.js";
import path from "node:path";
import type { Log } from "../common/log.js";
import { hasCode, type RequestProblem, requestProblem } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import type { VSCode } from "../common/vscode.js";
import { type ProjectCopy, ProblemCode, type ProjectScanResult } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { ask as askText, back, type Row, rowOf, separator } from "../common/quickinput.js";
import { count, formatBytes, joinTexts } from "../text/units.js";
import { startFolder } from "./folders.js";
import { describeLeftOut } from "./leftout.js";
import type { ProjectState } from "./state.js";

/** CopyChoice is what a start does about the notebook's folder: it copies it, or nothing. */
export interface CopyChoice {
  readonly project?: ProjectCopy;
}

/** CopyOffer is the question of one start. */
export interface CopyOffer {
  /**
   * choose returns what to do, and asks if that is not known; undefined if the user dismissed the
   * question. With `repeat`, the last answer for the folder is taken.
   */
  choose(title: string, repeat: boolean): Promise<CopyChoice | undefined>;
}

/** CopyOffers offers to copy the folder of a notebook, or of a Python file, to the cluster where its kernel starts. */
export interface CopyOffers {
  /** begin looks at the folder in the background, while the user answers the other questions. */
  begin(): CopyOffer;
  /**
   * afterRefusal asks what to do if the folder cannot be copied. It returns "dismissed" if the user
   * dismissed the question, and undefined for any other error.
   */
  afterRefusal(
    err: unknown,
    project: ProjectCopy,
    title: string,
  ): Promise<CopyChoice | "dismissed" | undefined>;
}

/** CopyOffersDeps is what {@link createCopyOffers} needs. */
interface CopyOffersDeps {
  readonly server: Pick<Server, "request">;
  readonly settings: Pick<Settings, "projectCopy" | "projectLimits">;
  readonly state: ProjectState;
  readonly log: Pick<Log, "info">;
}

type Scanned = { readonly scan: ProjectScanResult } | { readonly err: unknown };

/** createCopyOffers has nothing to dispose: what it shows is closed with each answer. */
export function createCopyOffers(vscode: VSCode, deps: CopyOffersDeps): CopyOffers {
  const { server, settings, state, log } = deps;
  /** reported are the folders of which it was said that they cannot be copied. */
  const reported = new Set<string>();

  const projectOf = (folder: string): ProjectCopy => {
    const include = [...state.included(folder)];
    return { folder, ...(include.length > 0 && { include }), ...settings.projectLimits() };
  };
  const scan = async (project: ProjectCopy): Promise<Scanned> => {
    try {
      return { scan: await server.request("project/scan", { project }) };
    } catch (err) {
      return { err };
    }
  };
  /** reportNotCopied says once why a folder is not copied; the start goes on without it. */
  const reportNotCopied = (folder: string, err: unknown): void => {
    const text = `The folder ${path.basename(folder)} was not copied. ${asSentence(requestProblem(err).problem.message)}`;
    log.info(text);
    if (reported.has(folder)) return;
    reported.add(folder);
    void offer(vscode, "warning", text, openSettings(vscode, "sunpyter.project"));
  };
  const remember = async (
    folder: string,
    answer: Exclude<Answer, "elsewhere">,
  ): Promise<CopyChoice> => {
    const copied = answer === "copy" || answer === "always";
    await state.setCopied(folder, copied);
    if (answer === "always" || answer === "never") await state.setDecision(folder, answer);
    return copied ? { project: projectOf(folder) } : {};
  };
  return {
    begin: () => {
      const folder = startFolder(vscode);
      const mode = settings.projectCopy();
      const decided = folder && (state.decision(folder) ?? (mode === "ask" ? undefined : mode));
      if (folder === undefined || decided === "never") return { choose: () => Promise.resolve({}) };
      if (decided) return { choose: () => Promise.resolve({ project: projectOf(folder) }) };
      const scanning = scan(projectOf(folder));
      return {
        choose: async (title, repeat) => {
          const last = state.copied(folder);
          if (repeat && last !== undefined) return last ? { project: projectOf(folder) } : {};
          const scanned = await scanning;
          if ("err" in scanned) {
            reportNotCopied(folder, scanned.err);
            return {};
          }
          const answer = await ask(vscode, { folder, title, scan: scanned.scan, last });
          if (answer !== "elsewhere") return answer && remember(folder, answer);
          // The program remembers the place, for later copies of the folder.
          const place = await askPlace(vscode, title, `~/${path.basename(folder)}`);
          if (place === undefined) return undefined;
          await remember(folder, "copy");
          return { project: { ...projectOf(folder), path: place } };
        },
      };
    },
    afterRefusal: async (err, project, title) => {
      if (hasCode(err, ProblemCode.ProjectTooLarge)) {
        reportNotCopied(project.folder, err);
        return {};
      }
      if (!hasCode(err, ProblemCode.ProjectNotOurs)) return undefined;
      return (await askElsewhere(vscode, err, project, title)) ?? "dismissed";
    },
  };
}

type Answer = "copy" | "elsewhere" | "kernel" | "always" | "never";

/** Asked is what a question is about. */
interface Asked {
  readonly folder: string;
  readonly title: string;
  readonly scan: ProjectScanResult;
  /** last is whether the folder was copied last time. */
  readonly last: boolean | undefined;
}

/** ask asks whether to copy a folder, now and from now on. */
async function ask(
  vscode: VSCode,
  { folder, title, scan, last }: Asked,
): Promise<Answer | undefined> {
  const name = path.basename(folder);
  const leftOut = scan.leftOut.length > 0 ? `Not copied: ${describeLeftOut(scan.leftOut)}` : "";
  const why = "Cells find the modules and data of this folder";
  const rows: Row<Answer>[] = [
    rowOf(vscode, "cloud-upload", "copy", {
      label: "Copy and Run There",
      detail: joinTexts(". ", [why, leftOut]),
    }),
    rowOf(vscode, "server-environment", "kernel", {
      label: "Only the Kernel",
      detail: `Cells see only files on ${title}`,
    }),
  ];
  const chosen = await vscode.window.showQuickPick<Row<Answer>>(
    [
      ...(last === false ? rows.reverse() : rows),
      rowOf(vscode, "folder", "elsewhere", { label: "Copy to Another Place…" }),
      separator(vscode, "Each time, without asking"),
      rowOf(vscode, "check-all", "always", { label: `Always Copy ${name}` }),
      rowOf(vscode, "circle-slash", "never", { label: `Never Copy ${name}` }),
    ],
    {
      title: `Copy this folder to ${title}? ${count(scan.files, "file")}, ${formatBytes(scan.bytes)}`,
      placeHolder: folder,
    },
  );
  return chosen?.value;
}

/** askElsewhere asks where to copy to if there is another folder of that name on the cluster. */
async function askElsewhere(
  vscode: VSCode,
  { problem }: RequestProblem,
  project: ProjectCopy,
  title: string,
): Promise<CopyChoice | undefined> {
  const name = path.basename(project.folder);
  const chosen = await vscode.window.showQuickPick<Row<"elsewhere" | "use" | "kernel">>(
    [
      rowOf(vscode, "folder", "elsewhere", { label: "Choose Another Place…" }),
      rowOf(vscode, "warning", "use", {
        label: "Use That Folder",
        detail: "Files in it that differ are kept, and listed",
      }),
      rowOf(vscode, "server-environment", "kernel", { label: "Only the Kernel" }),
    ],
    {
      title: `${title} already has a folder ${name}`,
      placeHolder: asSentence(problem.answer ?? problem.message),
      ignoreFocusOut: true,
    },
  );
  switch (chosen?.value) {
    case undefined:
      return undefined;
    case "kernel":
      return {};
    case "use":
      return { project: { ...project, adopt: true } };
    case "elsewhere": {
      const place = await askPlace(vscode, title, `~/${name}-2`);
      return place === undefined ? undefined : { project: { ...project, path: place } };
    }
  }
}

/** askPlace asks for a path on the cluster. */
async function askPlace(vscode: VSCode, title: string, value: string): Promise<string | undefined> {
  const place = await askText(vscode, {
    title: `Path of the copy on ${title}`,
    prompt: "The folder is created if it does not exist",
    value,
    check: (text) => (/^[/~]/u.test(text) ? undefined : "Enter a path that begins with / or ~"),
  });
  return place === back ? undefined : place;
}
