// The rules of the house: which room may know which, who may import what, no circles, no long files.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const source = resolve(import.meta.dirname, "../src");

/** Room -> rooms whose files it may import. A room may always import its own files and `errors.ts`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  texts: ["config", "tree", "promotion", "backup", "restart", "health"],
  config: [],
  transport: ["config"],
  tree: ["config", "transport"],
  checks: ["config", "tree", "transport"],
  backup: ["config", "transport", "tree"],
  restart: ["config", "transport"],
  health: ["config", "transport"],
  rehearse: ["config", "transport", "tree", "backup", "health"],
  promotion: [
    "config",
    "transport",
    "tree",
    "checks",
    "backup",
    "restart",
    "health",
    "rehearse",
    "store",
    "texts",
  ],
  init: ["config", "texts", "transport", "tree"],
  store: ["config", "tree", "promotion"],
  slack: ["config", "tree", "promotion", "store", "backup", "health", "texts"],
  doctor: ["config", "transport", "tree", "backup", "restart", "store", "slack", "texts"],
  playground: [],
  demo: ["config", "promotion", "tree", "texts", "store", "playground", "compose"],
  terminal: [
    "config",
    "tree",
    "promotion",
    "store",
    "backup",
    "texts",
    "transport",
    "health",
    "demo",
    "init",
    "doctor",
    "compose",
  ],
  compose: [
    "config",
    "doctor",
    "transport",
    "tree",
    "checks",
    "backup",
    "restart",
    "health",
    "promotion",
    "store",
    "slack",
    "texts",
  ],
  cli: ["config", "init", "texts", "terminal", "compose", "demo", "store"],
};

/** These rooms are known above only by the types they share, so that nothing they do is reached sideways. */
const typesOnly: readonly (readonly [from: string, to: string])[] = [
  ["store", "promotion"],
  ["texts", "promotion"],
  ["texts", "tree"],
  ["texts", "backup"],
  ["texts", "restart"],
  ["texts", "health"],
];

const soleImporters: readonly (readonly [module: RegExp, files: RegExp])[] = [
  [/^openworkflow/, /^promotion\/durable\.ts$/],
  [/^(node-ssh|ssh2)/, /^transport\/(ssh|ssh-[a-z-]+)\.ts$/],
  [/^@slack\//, /^slack\//],
  [/^(kysely|postgres)$/, /^store\//],
  [/^node:sqlite$/, /^(store\/.*|promotion\/durable)\.ts$/],
  [/^zod$/, /^(config\/|backup\/list-restore-points)/],
  [/^dotenv$/, /^config\//],
];

/** Files over the limit, each with the reason why it is not split. */
const longFiles: Readonly<Record<string, string>> = {};
const mostLines = 300;

type Import = { readonly specifier: string; readonly typeOnly: boolean };
type SourceFile = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

function sourceFiles(): readonly SourceFile[] {
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => {
      const text = readFileSync(join(source, path), "utf8");
      const found = text.matchAll(/^(?:import|export)\s+(type\s+)?[^;]*?from\s+"([^"]+)";/gms);
      const imports = [...found].map((match) => ({
        specifier: match[2] ?? "",
        typeOnly: match[1] !== undefined,
      }));
      return { path, text, imports };
    });
}

const roomOf = (path: string): string =>
  path.includes("/") ? (path.split("/")[0] ?? "") : path.replace(/\.ts$/, "");
const targetOf = (file: SourceFile, specifier: string): string =>
  relative(source, resolve(source, dirname(file.path), specifier));

const files = sourceFiles();

test("every file belongs to a room of the house", () => {
  expect(files.filter(({ path }) => mayImport[roomOf(path)] === undefined).map(({ path }) => path)).toEqual(
    [],
  );
});

test("rooms know only the rooms below them", () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier, typeOnly }) => ({ to: roomOf(targetOf(file, specifier)), typeOnly, specifier }))
      .filter(({ to, typeOnly }) => {
        const from = roomOf(file.path);
        if (to === from || to === "errors") return false;
        if (!mayImport[from]?.includes(to)) return true;
        return !typeOnly && typesOnly.some(([f, t]) => f === from && t === to);
      })
      .map(({ specifier }) => `${file.path} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test("each outside library has its own room", () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(({ specifier }) =>
        soleImporters.some(([module, owner]) => module.test(specifier) && !owner.test(file.path)),
      )
      .map(({ specifier }) => `${file.path} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test("no file imports itself in a circle, not even by type", () => {
  const graph = new Map(
    files.map((file) => [
      file.path,
      file.imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => targetOf(file, specifier)),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test("no file is longer than a reader's patience", () => {
  const long = files.filter(
    ({ path, text }) => text.split("\n").length > mostLines + 1 && longFiles[path] === undefined,
  );
  expect(long.map(({ path, text }) => `${path}: ${text.split("\n").length} lines`)).toEqual([]);
});

test("every file opens with a sentence that says what it is for", () => {
  const silent = files.filter(({ text }) => !/^(#!.*\n)?(\/\/ \S.*|\/\*\* \S.*)/.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test("nothing is exported by default, and nothing only hands on what others export", () => {
  expect(files.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path)).toEqual([]);
  expect(files.filter(({ path }) => path.endsWith("index.ts")).map(({ path }) => path)).toEqual([]);
});

test("the bot's own machine may be another system than Linux: only hosts, the local one among them, are asked in shell", () => {
  const starting = files.filter(({ imports }) =>
    imports.some(({ specifier, typeOnly }) => specifier === "node:child_process" && !typeOnly),
  );
  const mayStart = /^(transport\/(local|openssh-[a-z]+|ssh-settings)|demo\/[a-z-]+)\.ts$/;
  expect(starting.map(({ path }) => path).filter((path) => !mayStart.test(path))).toEqual([]);
  const ofLinux =
    /\b(?:access|open|read|readdir|readFile|readlink|stat|lstat)(?:Sync)?\(\s*[`"']\/(?:proc|sys|run)\//;
  const reading = files.filter(({ path, text }) => ofLinux.test(text) && !path.startsWith("demo/"));
  expect(reading.map(({ path }) => path)).toEqual([]);
});
