import type { VSCode } from "../common/vscode.js";
import type { ClusterListResult } from "../protocol.js";
import {
  type Answer,
  ask,
  back,
  choose,
  type Row,
  rowOf,
  separator,
} from "../common/quickinput.js";
import type { Site } from "./types.js";
import { hostProblem, userProblem } from "./validate.js";

/** resolveSite resolves a profile's name, HOST, or USER@HOST. */
export function resolveSite(list: ClusterListResult, text: string): Site {
  const at = text.lastIndexOf("@");
  const name = text.slice(at + 1);
  const profile =
    list.clusters.find((cluster) => cluster.name === name) ??
    list.clusters.find((cluster) => cluster.host === name);
  const user = at > 0 ? text.slice(0, at) : profile?.user;
  const sshHost = [name, profile?.host ?? ""].some((host) => list.sshHosts.includes(host));
  return {
    // A word alone would be a user's name; a host that is not configured anywhere has an @.
    cluster: profile?.name ?? (sshHost ? name : `@${name}`),
    title: profile?.title ?? name,
    ...(user ? { user } : {}),
    sshHost,
    profile: profile !== undefined,
    request: profile?.request ?? {},
  };
}

/** isKnownCluster reports whether a remembered cluster still has the same meaning. */
export function isKnownCluster(list: ClusterListResult, cluster: string): boolean {
  const names = [...list.clusters.map(({ name }) => name), ...list.sshHosts];
  return cluster.includes("@") || names.includes(cluster);
}

/** pickSite lets the user choose a cluster, or type one. */
export async function pickSite(
  vscode: VSCode,
  list: ClusterListResult,
  options: { readonly title: string; readonly current?: string; readonly canGoBack?: boolean },
): Promise<Answer<Site>> {
  for (;;) {
    const chosen = await choose(vscode, {
      title: options.title,
      placeholder: "Select a cluster",
      rows: clusterRows(vscode, list),
      active: (name) => name === (options.current ?? list.default),
      canGoBack: options.canGoBack ?? false,
    });
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen !== otherCluster) return resolveSite(list, chosen);
    const typed = await ask(vscode, {
      title: options.title,
      prompt: "The login node of the cluster",
      placeholder: "host, or user@host",
      check: hostProblem,
      canGoBack: true,
    });
    if (typed !== back) return typed === undefined ? undefined : resolveSite(list, typed);
  }
}

/** otherCluster cannot be a host's name. */
const otherCluster = "";

function clusterRows(vscode: VSCode, list: ClusterListResult): Row<string>[] {
  const builtInFirst = list.clusters.toSorted(
    (a, b) => Number(b.source === "built-in") - Number(a.source === "built-in"),
  );
  return [
    ...builtInFirst.map(({ name, title, host, user }) =>
      rowOf(vscode, "server", name, {
        label: title,
        description: user ? `${user}@${host}` : host,
      }),
    ),
    ...(list.sshHosts.length > 0 ? [separator(vscode, "From your SSH configuration")] : []),
    ...list.sshHosts.map((host) => rowOf(vscode, "vm", host, { label: host })),
    separator(vscode, ""),
    rowOf(vscode, "edit", otherCluster, { label: "Another cluster…" }),
  ];
}

/** askUserName asks for the user's name on a cluster. Empty means: as ssh finds it. */
export function askUserName(
  vscode: VSCode,
  site: Site,
  options: { readonly title: string; readonly value?: string | undefined },
): Promise<Answer<string>> {
  const mayBeEmpty = site.sshHost;
  return ask(vscode, {
    title: options.title,
    prompt: mayBeEmpty
      ? `Your user name on ${site.title}. Leave it empty to use the one in your SSH configuration.`
      : `Your user name on ${site.title}. It may differ from the one on this computer.`,
    placeholder: "for example a.b.person",
    value: options.value ?? "",
    check: (text) => (text === "" && mayBeEmpty ? undefined : userProblem(text)),
    canGoBack: true,
  });
}

/**
 * knownUserName returns the user's name if it need not be asked for: what the profile or the
 * user specified, what is remembered, and for a host of the ssh configuration what ssh finds.
 */
export function knownUserName(site: Site, remembered: string | undefined): string | undefined {
  return site.user ?? remembered ?? (site.sshHost && !site.profile ? "" : undefined);
}
