import type { VSCode } from "../vs.js";
import { type Answer, back, choose, type Row } from "./ask.js";
import type { Charge } from "./memory.js";
import { compact } from "./request.js";
import { accountStep, partitionStep } from "./resources.js";
import type { Finder, Where } from "./where.js";

type Part = "cluster" | "account" | "partition" | "ask";

/**
 * changeWhere lets the person change one thing about where kernels start. What they choose is
 * remembered. Back gives the place as it was.
 */
export async function changeWhere(
  vs: VSCode,
  finder: Finder,
  where: Where,
  named: Charge,
): Promise<Where | undefined> {
  const part = await choose(vs, {
    title: `Start a kernel on ${where.site.title}`,
    placeholder: "Choose what to change",
    rows: rows(vs, where, named),
    canGoBack: true,
  });
  if (part === undefined) return undefined;
  if (part === back) return where;
  const changed = await change(vs, finder, where, part, named);
  if (changed === back) return changeWhere(vs, finder, where, named);
  if (changed) await finder.remember(changed);
  return changed;
}

async function change(
  vs: VSCode,
  finder: Finder,
  where: Where,
  part: Part,
  named: Charge,
): Promise<Answer<Where>> {
  const { resources } = where;
  const current = { ...named, ...where.charge };
  const position = { canGoBack: true };
  switch (part) {
    case "cluster":
      return finder.find({ choose: true });
    case "ask":
      return (await finder.ask(where)) ?? where;
    case "account": {
      const chosen = await accountStep<Charge>(vs, resources)(current, position);
      return chosen && chosen !== back ? withCharge(where, { account: chosen.account }) : chosen;
    }
    case "partition": {
      const asks = partitionStep<Charge>(vs, resources, current.account);
      const chosen = await asks(current, position);
      return chosen && chosen !== back
        ? withCharge(where, { partition: chosen.partition })
        : chosen;
    }
  }
}

/** withCharge is a place with another account or partition. */
export function withCharge(
  where: Where,
  changed: { readonly [K in keyof Charge]: Charge[K] | undefined },
): Where {
  return { ...where, charge: compact({ ...where.charge, ...changed }) };
}

function rows(vs: VSCode, { site, user, charge }: Where, named: Charge): Row<Part>[] {
  const { account, partition } = { ...named, ...charge };
  const usual = "the cluster's default";
  return [
    {
      label: "Cluster or user name…",
      description: [site.title, user].filter(Boolean).join(", "),
      iconPath: new vs.ThemeIcon("server"),
      value: "cluster",
    },
    {
      label: "Account…",
      description: account ?? usual,
      iconPath: new vs.ThemeIcon("credit-card"),
      value: "account",
    },
    {
      label: "Partition…",
      description: partition ?? usual,
      iconPath: new vs.ThemeIcon("layers"),
      value: "partition",
    },
    {
      label: `Ask ${site.title} again what you may use`,
      iconPath: new vs.ThemeIcon("refresh"),
      value: "ask",
    },
  ];
}
