// Runs the checks on what a comparison would do: gives them PROD as it would be, and the contents they ask for.

import { runChecks } from "../checks/run-checks.ts";
import type { AppConfig } from "../config/config.ts";
import type { Compared, Side } from "../tree/compare.ts";
import type { Tree } from "../tree/entry.ts";
import { resultingTree } from "../tree/listed-tree.ts";
import type { CheckResult } from "../tree/plan.ts";
import { readContents, type ScannedFile } from "../tree/read-contents.ts";
import { checkPreprod } from "./preprod-health.ts";
import { probePlan } from "./probe-plan.ts";

export async function checkPlan(
  app: AppConfig,
  sides: { readonly preprod: Side; readonly prod: Side },
  compared: Compared,
  { alsoPreprod }: { readonly alsoPreprod: boolean },
): Promise<readonly CheckResult[]> {
  if (compared.changes.length === 0) return [];
  const [known, probed, preprod] = await Promise.all([
    checkContents(app, sides, compared),
    probePlan(app, sides.prod, compared.changes),
    alsoPreprod ? checkPreprod(app, sides.preprod.transport) : [],
  ]);
  return [...known, ...preprod, ...probed];
}

async function checkContents(
  app: AppConfig,
  sides: { readonly preprod: Side; readonly prod: Side },
  compared: Compared,
): Promise<readonly CheckResult[]> {
  const { preprod, prod } = await compared.trees();
  const result = resultingTree(prod, compared.changes);
  return runChecks({
    app,
    groups: compared.groups,
    changes: compared.changes,
    result,
    preprod,
    prod,
    read: (paths, maxBytes) => readResult(paths, maxBytes, sides, compared, result),
  });
}

/** PROD as it would be, file by file: rewritten content, PREPROD's, or PROD's own. */
async function readResult(
  paths: readonly string[],
  maxBytes: number,
  sides: { readonly preprod: Side; readonly prod: Side },
  { changes }: Compared,
  result: Tree,
): Promise<ReadonlyMap<string, Buffer>> {
  const promoted = new Map(changes.map((change) => [change.path, change]));
  const contents = new Map<string, Buffer>();
  const fromPreprod = new Map<string, string>();
  const wanted: { preprod: ScannedFile[]; prod: ScannedFile[] } = { preprod: [], prod: [] };
  for (const path of paths) {
    const entry = result.get(path);
    if (entry?.type !== "file" || entry.size > maxBytes) continue;
    const change = promoted.get(path);
    if (change?.rewritten !== undefined) contents.set(path, Buffer.from(change.rewritten.content, "base64"));
    else if (change?.from !== undefined) {
      fromPreprod.set(change.from, path);
      wanted.preprod.push({ path: change.from, size: entry.size });
    } else wanted.prod.push({ path, size: entry.size });
  }
  const [preprod, prod] = await Promise.all([
    readContents(sides.preprod, wanted.preprod),
    readContents(sides.prod, wanted.prod),
  ]);
  for (const [from, content] of preprod) contents.set(fromPreprod.get(from) ?? from, content);
  for (const [path, content] of prod) contents.set(path, content);
  return contents;
}
