// For tests: what the checks are given, made from two small sets of files and the path rules between them.

import type { Check, CheckInput } from "../src/checks/check.ts";
import { createSourceCache, defaultLimits } from "../src/checks/sources.ts";
import type { AppConfig, PathRule } from "../src/config/config.ts";
import type { Entry, Tree } from "../src/tree/entry.ts";
import type { Change } from "../src/tree/plan.ts";
import { compileRules, mapToPreprod, mapToProd } from "../src/tree/rules.ts";

export type Files = Readonly<Record<string, string | Buffer | Entry>>;

export type Sample = {
  readonly paths: readonly (Pick<PathRule, "from" | "to"> & Partial<PathRule>)[];
  readonly preprod: Files;
  readonly prod?: Files;
  readonly groups?: readonly string[];
  readonly checks?: AppConfig["checks"];
  readonly ignore?: readonly string[];
  readonly roots?: { readonly preprod: string; readonly prod: string };
};

/** Maps and compares as a plan does, in memory. */
export function sampleInput(sample: Sample): CheckInput {
  const app = sampleApp(sample);
  const groups = sample.groups ?? [];
  const rules = compileRules(app, groups);
  const preprod = treeOf(sample.preprod);
  const prodFiles = sample.prod ?? {};
  const prod = treeOf(prodFiles);
  const result = new Map(prod);
  const contents = new Map<string, Buffer>();
  for (const [path, content] of Object.entries(prodFiles)) {
    if (isContent(content)) contents.set(path, Buffer.from(content));
  }
  const changes: Change[] = [];
  for (const [from, after] of preprod) {
    const mapping = mapToProd(rules, from);
    if (mapping.kind !== "mapped" || after.type === "special") continue;
    const content = sample.preprod[from];
    const before = prod.get(mapping.path);
    if (
      content === undefined ||
      !isContent(content) ||
      contents.get(mapping.path)?.equals(Buffer.from(content))
    )
      continue;
    result.set(mapping.path, after);
    contents.set(mapping.path, Buffer.from(content));
    changes.push(change(before === undefined ? "add" : "change", mapping.path, from, before, after));
  }
  for (const [path, before] of prod) {
    const mapping = mapToPreprod(rules, path);
    if (mapping.kind !== "mapped" || !mapping.rule.delete || preprod.has(mapping.path)) continue;
    result.delete(path);
    changes.push(change("remove", path, undefined, before, undefined));
  }
  changes.sort((left, right) => (left.path < right.path ? -1 : 1));
  return {
    app,
    groups,
    changes,
    result,
    preprod,
    prod,
    read: async (paths) =>
      new Map(
        paths.flatMap((path) => {
          const content = contents.get(path);
          return content === undefined ? [] : [[path, content] as const];
        }),
      ),
  };
}

function isContent(content: string | Buffer | Entry): content is string | Buffer {
  return typeof content === "string" || Buffer.isBuffer(content);
}

export function treeOf(files: Files): Tree {
  return new Map(
    Object.entries(files).map(([path, content]) => [path, isContent(content) ? fileEntry(content) : content]),
  );
}

function fileEntry(content: string | Buffer): Entry {
  const size = Buffer.byteLength(content);
  return { type: "file", mode: 0o644, size, mtime: "1761400000.000000000", identity: `1:1:${size}:1:1` };
}

function change(
  kind: Change["kind"],
  path: string,
  from: string | undefined,
  before: Entry | undefined,
  after: Entry | undefined,
): Change {
  return {
    kind,
    path,
    ...(from === undefined ? {} : { from }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    linesAdded: 0,
    linesRemoved: 0,
    binary: false,
  };
}

function sampleApp({ paths, checks = {}, ignore = [], roots }: Sample): AppConfig {
  return {
    name: "shop",
    channel: "C1",
    preprod: { hosts: [{ kind: "local", name: "local" }], root: roots?.preprod ?? "~/shop/10_preprod" },
    prod: { hosts: [{ kind: "local", name: "local" }], root: roots?.prod ?? "~/shop/20_prod" },
    paths: paths.map((rule) => ({ delete: false, group: undefined, rewrite: [], ...rule })),
    ignore,
    protect: [],
    checks,
    backup: { keep: 10, exclude: [], compression: "auto" },
    rehearse: undefined,
    hooks: { "after-swap": [], "before-restart": [], "after-health": [] },
    restart: { kind: "none", timeoutSeconds: 60 },
    health: {
      startPeriodSeconds: 0,
      deadlineSeconds: 60,
      successes: 1,
      intervalSeconds: 1,
      http: [],
      container: undefined,
      logs: undefined,
    },
    approval: { approvers: ["U1"], required: 1, byRequester: false, expiresSeconds: 3600 },
    freeze: [],
    watch: { drift: undefined },
  };
}

/** `path:line code` of each finding, with `?` before an uncertain one. */
export async function findingsOf(check: Check, sample: Sample | CheckInput): Promise<readonly string[]> {
  const input = "app" in sample ? sample : sampleInput(sample);
  const sources = createSourceCache(input, defaultLimits).open();
  const findings = await check.find(input, sources);
  return findings.map(
    ({ path, line, code, uncertain }) => `${uncertain === true ? "?" : ""}${path}:${line} ${code}`,
  );
}
