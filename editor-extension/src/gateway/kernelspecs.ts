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

/** chosenName is the kernelspec of the environment that was chosen for a job. */
const chosenName = "python3";

/** SpecEnvironment is the environment that a job made a kernelspec of. */
interface SpecEnvironment {
  readonly environment: string;
  /** python is the version of its Python; "": unknown. */
  readonly python: string;
  readonly path: string;
}

/** environmentOf returns the environment of a kernelspec; undefined: it is not one of the job's. */
export function environmentOf(one: Spec | undefined): SpecEnvironment | undefined {
  const ours = (one?.spec.metadata?.["sunpyter"] ?? {}) as Partial<Record<string, unknown>>;
  const { environment, python, path } = ours;
  const known = [environment, python, path].every((value) => typeof value === "string");
  return known ? (ours as unknown as SpecEnvironment) : undefined;
}

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
export function shownSpecs(specs: Kernelspecs, label: string): Kernelspecs {
  const shown = sorted(specs).map(([name, one]): [string, Spec] => {
    const { language, interrupt_mode = "signal", metadata } = one.spec;
    const spec = {
      argv: commandOf(name, language),
      display_name: displayName(name, one, label),
      language,
      interrupt_mode,
      env: {},
      metadata: { debugger: metadata?.["debugger"] === true },
    };
    return [name, { name, spec, resources: {} }];
  });
  return { default: specs.default, kernelspecs: Object.fromEntries(shown) };
}

/** sorted returns the kernelspecs, the default one first: it is proposed before others of its language. */
function sorted({ default: defaultName, kernelspecs }: Kernelspecs): [string, Spec][] {
  const isDefault = ([name]: [string, Spec]): number => (name === defaultName ? 0 : 1);
  return Object.entries(kernelspecs).sort((a, b) => isDefault(a) - isDefault(b));
}

/**
 * displayName puts the slot's name in place of what ipykernel calls itself: "Python 3 (Sunbird)".
 * The kernels of environments, which the job adds, have it behind theirs: "Python 3.12 (ml, Sunbird)".
 * The environment that was chosen for a job is always its python3, and the Jupyter extension never
 * renames a kernel in a window: the name would soon be that of an earlier job's environment.
 */
function displayName(name: string, one: Spec, label: string): string {
  const { environment, python } = environmentOf(one) ?? {};
  if (environment === undefined)
    return `${one.spec.display_name.replace(/ \(ipykernel\)$/u, "")} (${label})`;
  if (name === chosenName) return `Python 3 (${label})`;
  return `Python ${python}`.trimEnd() + ` (${environment}, ${label})`;
}

/** NamedKernel is what the metadata of a notebook says about its kernel. */
export interface NamedKernel {
  readonly kernelspec?: { name?: unknown; display_name?: unknown; language?: unknown };
  readonly language_info?: { name?: unknown };
}

/**
 * specNameFor returns the name of the kernelspec that a notebook's metadata name: by its name, by the name that
 * is shown, by that of an environment, or by the language; otherwise the default one.
 */
export function specNameFor(
  named: NamedKernel | undefined,
  specs: Kernelspecs,
  label: string,
): string {
  const {
    name,
    display_name: title,
    language = named?.language_info?.name,
  } = named?.kernelspec ?? {};
  const all = sorted(specs);
  const tests: ((one: Spec, key: string) => boolean)[] = [
    (_, key) => key === name,
    (one, key) => displayName(key, one, label) === title,
    (one) => [name, title].filter(isText).some((text) => environmentOf(one)?.environment === text),
    ({ spec }) => isText(language) && spec.language.toLowerCase() === language.toLowerCase(),
  ];
  for (const test of tests) {
    const found = all.find(([key, one]) => test(one, key));
    if (found) return found[0];
  }
  return specs.default;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** mergeSpecs returns the specs of both: if one disappeared, its notebooks would lose their kernel. */
export function mergeSpecs(known: Kernelspecs, newest: Kernelspecs): Kernelspecs {
  const kernelspecs = { ...known.kernelspecs, ...newest.kernelspecs };
  return { default: newest.default, kernelspecs };
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
