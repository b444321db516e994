// Whether one Python import finds its module: in PROD's result, in the layout it comes from, or among nobody's files.

import { bareOf } from "../tree/rules.ts";
import type { CheckInput } from "./check.ts";
import { directoryOf, join } from "./layout.ts";
import { type Modules, modulesOf, type Resolution, resolve, searchRoots } from "./python-modules.ts";
import type { PythonImport } from "./python-source.ts";
import { inStandardLibrary } from "./python-standard-library.ts";

/** A side as an importing file sees it. */
type View = {
  readonly modules: Modules;
  /** The importing file on this side. */
  readonly file: string;
  readonly roots: readonly string[];
};

export type Verdict =
  | { readonly outcome: "standard" | "third-party" }
  /** `names` are what must still be found inside `file`, which holds the names of the module. */
  | { readonly outcome: "local"; readonly file: string | undefined; readonly names: readonly string[] }
  | {
      readonly outcome: "missing";
      readonly module: string;
      /** How PROD would import it. */
      readonly instead: string | undefined;
      /** Only the other layout has its first name. */
      readonly layout: boolean;
      /** It works where it comes from. */
      readonly foundBefore: boolean;
      /** The innermost package that is there: what its file does may make up for what is missing. */
      readonly inside: string | undefined;
    };

/** Judges the imports of a file of the result: against PREPROD if it is promoted, against PROD as it is if it is kept. */
export function createImportJudge(input: CheckInput): (path: string, wanted: PythonImport) => Verdict {
  const result = modulesOf(input.result);
  const preprod = modulesOf(input.preprod);
  const prod = modulesOf(input.prod);
  const directories = input.app.paths.filter((rule) => rule.from.endsWith("/"));
  const targets = directories.map((rule) => bareOf(rule.to));
  const sources = directories.map((rule) => bareOf(rule.from));
  const origins = new Map(input.changes.map((change) => [change.path, change.from]));
  const own = {
    layoutNames: new Set(sources.flatMap((from) => (from === "" ? [] : from.split("/")))),
    targets: new Set(targets),
  };
  const views = new Map<string, { readonly after: View; readonly before: View }>();

  return (path, wanted) => {
    let view = views.get(path);
    if (view === undefined) {
      const from = origins.get(path);
      const after = { modules: result, file: path, roots: searchRoots(path, targets) };
      const before =
        from === undefined
          ? { modules: prod, file: path, roots: after.roots }
          : { modules: preprod, file: from, roots: searchRoots(from, sources) };
      view = { after, before };
      views.set(path, view);
    }
    return judgeImport(wanted, view.after, view.before, own);
  };
}

/** Judges an import in `after` (PROD's result), with `before` (where it works today) telling what is meant. */
function judgeImport(
  wanted: PythonImport,
  after: View,
  before: View,
  own: { readonly layoutNames: ReadonlySet<string>; readonly targets: ReadonlySet<string> },
): Verdict {
  if (wanted.level > 0) return judgeRelative(wanted, after, before);
  const names = wanted.module.split(".");
  const top = names[0] ?? "";
  if (inStandardLibrary(top)) return { outcome: "standard" };
  const here = resolve(after.modules, after.roots, names);
  const known = resolve(before.modules, before.roots, [top]).outcome !== "absent";
  // PROD's directory `streamlit/` does not make `import streamlit` local, where PREPROD's has another name.
  const isTarget = here.outcome !== "absent" && own.targets.has(join(here.root, top));
  if (!known && (here.outcome === "partly" || isTarget)) return { outcome: "third-party" };
  const inside = within(here, wanted, after.modules);
  if (inside?.outcome === "local") return inside;
  const there = within(resolve(before.modules, before.roots, names), wanted, before.modules);
  const foundBefore = there?.outcome === "local";
  const layout = here.outcome === "absent";
  // Without an `__init__`, a directory of that name loses to an installed package of that name.
  const sure = here.outcome !== "absent" && here.kind === "package";
  const ownName = known && own.layoutNames.has(top);
  if (!foundBefore && !sure && !ownName) return { outcome: "third-party" };
  return {
    ...(inside?.outcome === "missing" ? inside : missing(wanted.module)),
    instead: nameInProd(names, wanted, after),
    layout,
    foundBefore,
  };
}

function judgeRelative(wanted: PythonImport, after: View, before: View): Verdict {
  const here = relative(wanted, after);
  if (here?.outcome === "local") return here;
  const foundBefore = relative(wanted, before)?.outcome === "local";
  const written = ".".repeat(wanted.level) + wanted.module;
  return { ...(here?.outcome === "missing" ? here : missing(written)), foundBefore };
}

function relative(wanted: PythonImport, view: View): Verdict | undefined {
  let base = directoryOf(view.file);
  for (let level = 1; level < wanted.level; level++) {
    if (base === "") return undefined;
    base = directoryOf(base);
  }
  if (wanted.module === "") {
    const kind = view.modules.kind(base) ?? "namespace";
    return within({ outcome: "found", path: base, kind, root: base, exact: true }, wanted, view.modules);
  }
  return within(resolve(view.modules, [base], wanted.module.split(".")), wanted, view.modules);
}

/** What the names after `import` come to, once the module before them is found. */
function within(found: Resolution, wanted: PythonImport, modules: Modules): Verdict | undefined {
  if (found.outcome === "absent") return undefined;
  const dots = ".".repeat(wanted.level);
  if (found.outcome === "partly") return missing(dots + wanted.module, modules.file(found.last));
  if (!found.exact) return { outcome: "local", file: undefined, names: [] };
  const file = modules.file(found.path);
  const others = wanted.names.filter(
    (name) => name !== "*" && (found.kind === "module" || modules.kind(join(found.path, name)) === undefined),
  );
  if (found.kind === "namespace") {
    // A bare `import data` of a directory without modules of its own says nothing about whose `data` is meant.
    if (wanted.names.length === 0) return undefined;
    const lost = others[0];
    return lost === undefined
      ? { outcome: "local", file: undefined, names: [] }
      : missing(dots + (wanted.module === "" ? lost : `${wanted.module}.${lost}`));
  }
  return { outcome: "local", file: file === "" ? undefined : file, names: others };
}

function missing(module: string, inside?: string): Verdict & { readonly outcome: "missing" } {
  return { outcome: "missing", module, instead: undefined, layout: false, foundBefore: false, inside };
}

/** `src.shop.utils.colors` is `utils.colors` where the first names are gone. */
function nameInProd(names: readonly string[], wanted: PythonImport, after: View): string | undefined {
  for (let skip = 1; skip < names.length; skip++) {
    const rest = names.slice(skip);
    const found = resolve(after.modules, after.roots, rest);
    if (found.outcome === "found" && within(found, wanted, after.modules)?.outcome === "local")
      return rest.join(".");
  }
  return undefined;
}
