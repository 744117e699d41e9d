import type { CancellationToken } from "vscode";
import { withProgress } from "../common/notices.js";
import { isCancelled } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type {
  AccountInfo,
  ClusterResourcesResult,
  PartitionFree,
  PartitionInfo,
} from "../protocol.js";
import type { Server } from "../server/types.js";
import { count, describeSize, formatGpus, joinTexts } from "../text/units.js";
import { ask, back, choose, type Row, runSteps, type Step } from "../common/quickinput.js";
import type { Charge, Site } from "./types.js";
import { nameProblem } from "./validate.js";

/** fetchResources asks a cluster what the user may use there; undefined if the user cancels. */
export async function fetchResources(
  vscode: VSCode,
  server: Pick<Server, "request">,
  site: Site,
  user: string,
): Promise<ClusterResourcesResult | undefined> {
  const title = `Getting your accounts and partitions from ${site.title}…`;
  const params = { cluster: site.cluster, ...(user ? { user } : {}) };
  return requestWithProgress(vscode, title, (token) =>
    server.request("cluster/resources", params, { token }),
  );
}

/** requestWithProgress makes a request with a notification that cancels it; undefined if the user cancels. */
export async function requestWithProgress<T>(
  vscode: VSCode,
  title: string,
  request: (token: CancellationToken) => Promise<T>,
): Promise<T | undefined> {
  return withProgress(vscode, title, async (token) => {
    try {
      return await request(token);
    } catch (err) {
      if (isCancelled(err)) return undefined;
      throw err;
    }
  });
}

/** askAccountAndPartition asks for the account and the partition, each only if there is a choice. */
export function askAccountAndPartition(
  vscode: VSCode,
  resources: ClusterResourcesResult,
  configured: Charge,
): Promise<Charge | undefined> {
  const only = resources.accounts.length === 1 ? resources.accounts[0]?.name : undefined;
  const first: Charge = only && !configured.account ? { account: only } : {};
  const asksAccount = resources.accounts.length > 1 && !configured.account;
  return runSteps(first, (charge) => {
    const account = charge.account ?? configured.account;
    const asksPartition = !configured.partition && usablePartitions(resources, account).length > 1;
    return [
      ...(asksAccount ? [accountStep(vscode, resources)] : []),
      ...(asksPartition ? [partitionStep(vscode, resources, account)] : []),
    ];
  });
}

/** usablePartitions returns the partitions that currently start jobs of an account. */
export function usablePartitions(
  resources: ClusterResourcesResult,
  account?: string,
): PartitionInfo[] {
  const only = resources.accounts.find(({ name }) => name === account)?.partitions ?? [];
  return resources.partitions.filter(
    ({ name, up }) => up && (only.length === 0 || only.includes(name)),
  );
}

/** accountStep asks for the account; for any text if Slurm does not list accounts. */
export function accountStep<D extends Charge>(
  vscode: VSCode,
  { title, accounts }: ClusterResourcesResult,
): Step<D> {
  return pickName(vscode, "account", {
    title: `Start a kernel on ${title}`,
    placeholder: "Select the account to charge",
    rows: accounts.map(accountRow),
    put: (draft, account) => ({ ...draft, account }),
    get: ({ account }) => account ?? accounts.find((one) => one.default)?.name,
  });
}

/** partitionStep asks for the partition. */
export function partitionStep<D extends Charge>(
  vscode: VSCode,
  resources: ClusterResourcesResult,
  account?: string,
): Step<D> {
  const first = usablePartitions(resources, account);
  const rest = resources.partitions.filter((partition) => !first.includes(partition));
  return pickName(vscode, "partition", {
    title: `Start a kernel on ${resources.title}`,
    placeholder: "Select the partition to run in",
    rows: [...first, ...rest].map((partition) => partitionRow(partition, isFresh(resources))),
    put: (draft, partition) => ({ ...draft, partition }),
    get: ({ partition }) => partition ?? first.find((one) => one.default)?.name,
  });
}

interface NameQuestion<D> {
  readonly title: string;
  readonly placeholder: string;
  readonly rows: readonly Row<string>[];
  readonly put: (draft: D, name: string) => D;
  readonly get: (draft: D) => string | undefined;
}

/** otherName cannot be the name of an account or a partition. */
const otherName = "";

/** pickName is a step that chooses a name or lets one be typed. */
function pickName<D>(vscode: VSCode, what: string, naming: NameQuestion<D>): Step<D> {
  return async (draft, position) => {
    const current = naming.get(draft);
    for (;;) {
      const name =
        naming.rows.length === 0
          ? otherName
          : await choose(vscode, {
              ...position,
              title: naming.title,
              placeholder: naming.placeholder,
              rows: [...naming.rows, { label: "Other…", value: otherName }],
              active: (value) => value === current,
            });
      if (name === undefined || name === back) return name;
      if (name !== otherName) return naming.put(draft, name);
      const typed = await ask(vscode, {
        ...position,
        title: naming.title,
        prompt: `Slurm ${what} name`,
        value: current ?? "",
        check: (text) => nameProblem(what, text),
        canGoBack: true,
      });
      if (typed === undefined) return undefined;
      if (typed !== back) return naming.put(draft, typed);
      if (naming.rows.length === 0) return back;
    }
  };
}

function accountRow({ name, default: isDefault, partitions = [] }: AccountInfo): Row<string> {
  return {
    label: name,
    ...(isDefault ? { description: "default" } : {}),
    ...(partitions.length > 0 ? { detail: `Only in ${partitions.join(", ")}` } : {}),
    value: name,
  };
}

/** freshFor is how long it is worth knowing what is free, in ms. */
const freshFor = 5 * 60_000;

function isFresh({ askedAt = "" }: ClusterResourcesResult): boolean {
  return Date.now() - Date.parse(askedAt) < freshFor;
}

function partitionRow(partition: PartitionInfo, fresh: boolean): Row<string> {
  const { name, title, description, up, state = "down", free } = partition;
  const notes = joinTexts(", ", [
    title && name,
    partition.default && "default",
    !up && `starts no jobs now (${state})`,
    up && fresh && free && describeFree(free),
  ]);
  const limits = joinTexts(" · ", [description, partitionLimits(partition)]);
  return {
    label: title ?? name,
    ...(notes ? { description: notes } : {}),
    ...(limits ? { detail: limits } : {}),
    value: name,
  };
}

/** describeFree returns what no job uses: "free: 2 nodes, 95 CPUs, 3 GPUs (a100)". */
function describeFree({ nodes, cpus, gpus = [] }: PartitionFree): string {
  if (cpus === 0) return "no free CPUs";
  const parts = [nodes > 0 && count(nodes, "node"), count(cpus, "CPU"), ...gpus.map(formatGpus)];
  return `free: ${joinTexts(", ", parts)}`;
}

/** partitionLimits returns what a job may have: "Up to 40 CPUs, 375 GB, 3 d · 8 GPUs (a100)". */
function partitionLimits(partition: PartitionInfo): string {
  const { maxCpus: cpus, memoryMiB, maxTimeSeconds: timeLimitSeconds, gpus = [] } = partition;
  const limits = describeSize({ cpus, memoryMiB, timeLimitSeconds });
  return joinTexts(" · ", [limits && `Up to ${limits}`, gpus.map(formatGpus).join(", ")]);
}
