// Gathers what the diff needs that brings drift back into PREPROD: what PROD has, what PREPROD has, what was left.

import { createHash } from "node:crypto";
import { readKept } from "../backup/read-kept.ts";
import type { AppConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import type { Transport } from "../transport/transport.ts";
import { bringBackPatch, type DriftedPath } from "../tree/bring-back.ts";
import type { Side } from "../tree/compare.ts";
import type { KnownFile } from "../tree/contents.ts";
import type { Entry, Tree } from "../tree/entry.ts";
import type { LeftPath } from "../tree/left.ts";
import { rewrite } from "../tree/lines.ts";
import { listedTree } from "../tree/listed-tree.ts";
import { looksSecret } from "../tree/patch.ts";
import type { Drift } from "../tree/plan.ts";
import { readContents } from "../tree/read-contents.ts";
import { compileRules, mapToPreprod, mapToProd } from "../tree/rules.ts";
import { scan } from "../tree/scan.ts";
import { scopeOf } from "../tree/scan-script.ts";
import { changesOf } from "./find-drift.ts";
import { recallLeft } from "./what-was-left.ts";

export type BringBackRequest = {
  readonly app: AppConfig;
  /** One of several. */
  readonly host: string | undefined;
  readonly drift: readonly Drift[];
  readonly sides: { readonly preprod: Side; readonly prod: Side };
  readonly prodOf: () => Promise<{ readonly transport: Transport; readonly stateDir: string }>;
  readonly store: Pick<Store, "recall" | "remember" | "plan" | "promotion">;
  readonly mask: (text: string) => string;
};

const mostBytes = 1024 * 1024;
const mostBytesInAll = 32 * 1024 * 1024;

export async function bringBack({
  app,
  host,
  drift,
  sides,
  prodOf,
  store,
  mask,
}: BringBackRequest): Promise<string> {
  if (drift.length === 0) return bringBackPatch(app.name, [], mask);
  const groups = app.paths.flatMap(({ group }) => (group === undefined ? [] : [group]));
  const rules = compileRules(app, groups);
  const [kept, preprod, prod] = await Promise.all([
    recallLeft(sides.prod, app, store),
    treeOf(sides.preprod, scopeOf(rules, "preprod")),
    treeOf(sides.prod, scopeOf(rules, "prod")),
  ]);
  const left = await kept?.read();
  const leftBy = new Map(left?.paths.map((one) => [one.path, one]));
  const drifted = drift.flatMap(({ path, was, since }): Place[] => {
    const mapping = mapToPreprod(rules, path, prod.get(path)?.type === "directory");
    if (mapping.kind !== "mapped" && mapping.kind !== "unselected") return [];
    const from = mapping.path;
    const isSecret = looksSecret(path) || looksSecret(from);
    return [
      {
        path,
        was,
        since,
        from,
        isSecret,
        preprod: preprod.get(from),
        now: prod.get(path),
        left: leftBy.get(path),
      },
    ];
  });

  const shown = withinLimits(drifted.filter(({ isSecret }) => !isSecret));
  const [sources, current] = await Promise.all([
    readContents(
      sides.preprod,
      shown.flatMap(({ from, preprod: entry }) => fileAt(from, entry)),
    ),
    readContents(
      sides.prod,
      shown.flatMap(({ path, now }) => fileAt(path, now)),
    ),
  ]);
  const wanted = new Map<string, Buffer>();
  for (const { path, from } of shown) {
    const source = sources.get(from);
    const mapping = mapToProd(rules, from);
    const ruled = "rule" in mapping ? mapping.rule.rewrite : [];
    if (source !== undefined) wanted.set(path, rewrite(source, ruled));
  }
  const old = await whatWasLeft(shown, { wanted, prodOf, promotion: left?.promotion, store, host });
  return bringBackPatch(
    app.name,
    drifted.map((one): DriftedPath => {
      const now = current.get(one.path);
      return {
        ...one,
        now: one.now?.type === "file" && now !== undefined ? { ...one.now, sha256: sha256Of(now) } : one.now,
        contents: {
          ...has("preprod", sources.get(one.from)),
          ...has("wanted", wanted.get(one.path)),
          ...has("now", now),
          ...has("left", old.get(one.path)),
        },
      };
    }),
    mask,
  );
}

type Place = Omit<DriftedPath, "contents">;

async function treeOf(side: Side, scope: ReturnType<typeof scopeOf>): Promise<Tree> {
  return listedTree((await scan(side.transport, side.root, { scope })).listing);
}

/** By PROD path: PREPROD's own where it still makes it, what the last plan rewrote, what restore points kept. */
async function whatWasLeft(
  places: readonly Place[],
  look: {
    readonly wanted: ReadonlyMap<string, Buffer>;
    readonly prodOf: BringBackRequest["prodOf"];
    readonly promotion: string | undefined;
    readonly store: BringBackRequest["store"];
    readonly host: string | undefined;
  },
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const open: KnownFile[] = [];
  const record = look.promotion === undefined ? undefined : await look.store.promotion(look.promotion);
  const changes = record === undefined ? [] : await changesOf(record, look.store, look.host);
  const rewritten = new Map(changes.map((change) => [change.path, change.rewritten?.content]));
  for (const { path, left } of places) {
    if (!isKnownFile(left)) continue;
    const made = rewritten.get(path);
    const candidates = [look.wanted.get(path), made === undefined ? undefined : Buffer.from(made, "base64")];
    const content = candidates.find((one) => one !== undefined && sha256Of(one) === left.sha256);
    if (content !== undefined) found.set(path, content);
    else if (left.size <= mostBytes) open.push({ path, size: left.size, sha256: left.sha256 });
  }
  if (open.length > 0) {
    for (const [path, content] of await readKept(await look.prodOf(), open)) found.set(path, content);
  }
  return found;
}

function isKnownFile(left: LeftPath | undefined): left is LeftPath & { type: "file"; sha256: string } {
  return left?.type === "file" && left.sha256 !== undefined;
}

function withinLimits(places: readonly Place[]): readonly Place[] {
  let bytes = 0;
  return places.filter(({ preprod, now }) => {
    const sizes = [preprod, now].map((entry) => (entry?.type === "file" ? entry.size : 0));
    if (sizes.some((size) => size > mostBytes)) return false;
    bytes += sizes.reduce((sum, size) => sum + size, 0);
    return bytes <= mostBytesInAll;
  });
}

function fileAt(path: string, entry: Entry | undefined): { path: string; size: number }[] {
  return entry?.type === "file" ? [{ path, size: entry.size }] : [];
}

function has<Key extends string>(key: Key, content: Buffer | undefined): { [name in Key]?: Buffer } {
  return content === undefined ? {} : ({ [key]: content } as { [name in Key]?: Buffer });
}

function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
