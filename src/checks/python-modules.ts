// Which Python modules a tree holds, and how an import finds them.

import type { Tree } from "../tree/entry.ts";
import { directoryOf, join } from "./layout.ts";

/** `package` has an `__init__`, `namespace` is a directory of modules without one. */
export type ModuleKind = "package" | "module" | "namespace";

export type Modules = {
  /** `path` is a module's path without extension, or a package's directory. */
  kind(path: string): ModuleKind | undefined;
  /** The file that holds the names of a module or package. */
  file(path: string): string | undefined;
};

const compiled = /\.(?:so|pyd|pyx|pyc|pyi)$/;

export function modulesOf(tree: Tree): Modules {
  const modules = new Map<string, string>();
  const packages = new Map<string, string>();
  const directories = new Set<string>();
  for (const [path, entry] of tree) {
    if (entry.type === "directory" || entry.type === "special") continue;
    const source = path.endsWith(".py");
    // A linked directory may hold anything; what is under it is not in the tree.
    if (entry.type === "link" && !source) {
      packages.set(path, "");
      continue;
    }
    if (!source && !compiled.test(path)) continue;
    const directory = directoryOf(path);
    const name = path.slice(directory === "" ? 0 : directory.length + 1).split(".")[0] ?? "";
    if (name === "__init__") {
      if (source || !packages.has(directory)) packages.set(directory, path);
    } else if (source || !modules.has(join(directory, name))) modules.set(join(directory, name), path);
    for (let at = directory; at !== "" && !directories.has(at); at = directoryOf(at)) directories.add(at);
  }
  return {
    kind: (path) =>
      packages.has(path)
        ? "package"
        : modules.has(path)
          ? "module"
          : directories.has(path)
            ? "namespace"
            : undefined,
    file: (path) => (packages.has(path) ? packages.get(path) : modules.get(path)),
  };
}

export type Resolution =
  | {
      readonly outcome: "found";
      readonly path: string;
      readonly kind: ModuleKind;
      readonly root: string;
      /** Not just a file or link that may have the rest inside it. */
      readonly exact: boolean;
    }
  /** Its first names are there, as far as `last`, then one is not; `kind` is that of the first. */
  | { readonly outcome: "partly"; readonly kind: ModuleKind; readonly root: string; readonly last: string }
  | { readonly outcome: "absent" };

/** Looks a dotted name up from each root in turn; a whole match anywhere wins over a partial one. */
export function resolve(modules: Modules, roots: readonly string[], names: readonly string[]): Resolution {
  let partly: Resolution = { outcome: "absent" };
  for (const root of roots) {
    const found = resolveFrom(modules, root, names);
    if (found.outcome === "found" && found.kind !== "namespace") return found;
    if (found.outcome === "found" && partly.outcome !== "found") partly = found;
    if (found.outcome === "partly" && partly.outcome === "absent") partly = found;
  }
  return partly;
}

function resolveFrom(modules: Modules, root: string, names: readonly string[]): Resolution {
  let path = root;
  let kind: ModuleKind | undefined;
  let first: ModuleKind | undefined;
  let exact = true;
  for (const name of names) {
    // Names below a file are its own doing (`six.moves`), below a link outside of what is known.
    if (kind === "module" || modules.file(path) === "") {
      exact = false;
      break;
    }
    const next = join(path, name);
    kind = modules.kind(next);
    first ??= kind;
    if (kind === undefined) {
      return first === undefined
        ? { outcome: "absent" }
        : { outcome: "partly", kind: first, root, last: path };
    }
    path = next;
  }
  return kind === undefined ? { outcome: "absent" } : { outcome: "found", path, kind, root, exact };
}

/**
 * Directories from which a file's imports may be looked up: those above it (scripts, `-m`, PYTHONPATH), and the usual
 * `src` beside each of them.
 */
export function searchRoots(path: string, others: readonly string[]): readonly string[] {
  const roots: string[] = [];
  for (let at = directoryOf(path); ; at = directoryOf(at)) {
    roots.push(at);
    if (at === "") break;
  }
  return [...new Set([...roots, ...others, ...roots.map((root) => join(root, "src"))])];
}
