import type { VSCode } from "../vs.js";
import { type Answer, ask } from "./ask.js";
import type { Site } from "./clusters.js";
import { userProblem } from "./typed.js";

/** askUser asks for the user's name on a cluster. Empty means: as ssh finds it. */
export function askUser(
  vs: VSCode,
  site: Site,
  options: { readonly title: string; readonly value?: string | undefined },
): Promise<Answer<string>> {
  const mayBeEmpty = site.sshHost;
  return ask(vs, {
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
 * knownUser is the user's name as far as it need not be asked for: what the profile or the
 * person said, what is remembered, and for a host of the ssh configuration what ssh finds.
 */
export function knownUser(site: Site, remembered: string | undefined): string | undefined {
  return site.user ?? remembered ?? (site.sshHost && !site.profile ? "" : undefined);
}
