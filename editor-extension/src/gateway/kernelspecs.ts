/** Spec is one kernelspec, as Jupyter's REST API has it. */
interface Spec {
  readonly name: string;
  readonly spec: {
    readonly argv: readonly string[];
    readonly display_name: string;
    readonly language: string;
    readonly interrupt_mode?: string;
    readonly env?: object;
    readonly metadata?: Readonly<Record<string, unknown>>;
  };
  readonly resources: Readonly<Record<string, string>>;
}

/** Kernelspecs is the answer to GET /api/kernelspecs. */
export interface Kernelspecs {
  readonly default: string;
  readonly kernelspecs: Readonly<Record<string, Spec>>;
}

/** defaultSpecs are those of a slot that has not run a Jupyter yet. */
export const defaultSpecs: Kernelspecs = {
  default: "python3",
  kernelspecs: {
    python3: {
      name: "python3",
      spec: {
        argv: [],
        display_name: "Python 3",
        language: "python",
        metadata: { debugger: true },
      },
      resources: {},
    },
  },
};

/** commandOf returns the command that notebooks see for a spec; it is not used to start the kernel. */
export function commandOf(name: string, language: string): readonly string[] {
  return language === "python"
    ? ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    : [name, "{connection_file}"];
}

/**
 * shownSpecs are the kernelspecs as notebooks see them. The name says where a kernel runs. The
 * Jupyter extension identifies a kernel by its command, which differs between environments,
 * so that a notebook would lose its kernel with every other module: here all have the same one.
 */
export function shownSpecs(
  { default: defaultName, kernelspecs }: Kernelspecs,
  label: string,
): Kernelspecs {
  const shown = Object.entries(kernelspecs).map(([name, { spec }]): [string, Spec] => [
    name,
    {
      name,
      spec: {
        argv: commandOf(name, spec.language),
        display_name: displayName(spec, label),
        language: spec.language,
        interrupt_mode: spec.interrupt_mode ?? "signal",
        env: {},
        metadata: { debugger: spec.metadata?.["debugger"] === true },
      },
      resources: {},
    },
  ]);
  return { default: defaultName, kernelspecs: Object.fromEntries(shown) };
}

/**
 * displayName puts the slot's name in place of what ipykernel calls itself: "Python 3 (Sunbird)".
 * The kernels of environments, which the job adds, have it behind theirs: "Python 3.12 (ml, Sunbird)".
 */
function displayName(spec: Spec["spec"], label: string): string {
  const ours = (spec.metadata?.["sunpyter"] ?? {}) as Partial<Record<string, unknown>>;
  const { environment, python } = ours;
  if (typeof environment === "string" && typeof python === "string") {
    return `Python ${python}`.trimEnd() + ` (${environment}, ${label})`;
  }
  return `${spec.display_name.replace(/ \(ipykernel\)$/u, "")} (${label})`;
}

/** mergeSpecs returns the specs of both: if one disappeared, its notebooks would lose their kernel. */
export function mergeSpecs(known: Kernelspecs, newest: Kernelspecs): Kernelspecs {
  return {
    default: newest.default,
    kernelspecs: { ...known.kernelspecs, ...newest.kernelspecs },
  };
}

/** isKernelspecs reports whether a value has the form of the response. */
export function isKernelspecs(value: unknown): value is Kernelspecs {
  const { default: defaultName, kernelspecs } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    typeof defaultName === "string" &&
    typeof kernelspecs === "object" &&
    kernelspecs !== null &&
    Object.values(kernelspecs).every(
      (one: Partial<Spec> | null) =>
        typeof one?.spec?.language === "string" && typeof one.spec.display_name === "string",
    )
  );
}
