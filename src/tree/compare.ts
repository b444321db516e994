// Both sides read, mapped and set against each other: everything a plan is made of.

import { createHash } from "node:crypto";
import type { AppConfig } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import type { Change, Comparison } from "./change.ts";
import { describeChanges, hashDrafts } from "./describe-changes.ts";
import type { Tree } from "./entry.ts";
import { type CountedLines, type LineCounts, linesKey } from "./lines.ts";
import { listedTree } from "./listed-tree.ts";
import { type HashMemory, noMemory, readHashes, readPairs, writeHashes, writePairs } from "./memory.ts";
import { describeOffers } from "./offers.ts";
import { sidesOverlap } from "./overlap.ts";
import { pairSides } from "./pair.ts";
import { shortened } from "./parents.ts";
import { openReadSide, type ReadSide } from "./read-side.ts";
import { settleRewrites } from "./rewrites.ts";
import { compileRules, type Rules } from "./rules.ts";
import { type OpenScan, openScan } from "./scan.ts";
import { scopeOf } from "./scan-script.ts";
import { type PairMemory, settlePairs } from "./settle-pairs.ts";
import { createTally } from "./tally.ts";

/** `root` as configured: absolute, or `~/…`. */
export type Side = { readonly transport: Transport; readonly root: string };

export type CompareRequest = {
  readonly preprod: Side;
  readonly prod: Side;
  readonly app: AppConfig;
  readonly groups?: readonly string[];
  readonly memory?: HashMemory;
  /** Every file is read again, whatever is remembered. */
  readonly fresh?: boolean;
};

export type Trees = { readonly preprod: Tree; readonly prod: Tree };

/** `trees` are both sides as they were read, without what is ignored; they are listed again when only their digest was asked. */
export type Compared = Comparison & {
  readonly trees: () => Promise<Trees>;
  readonly asRead: {
    /** The same as long as PREPROD is; another one may still mean the same. */
    readonly preprodDigest: string;
    /** Which directory of which machine PROD's root is; undefined where the machine does not tell. */
    readonly prodPlace: string | undefined;
  };
};

type Remembered = {
  readonly preprodDigest: string;
  readonly prodDigest: string;
  readonly comparison: Comparison;
};

const attempts = 3;

/**
 * Throws `side-missing`, `sides-overlap`, `scan-failed`, `path-conflict`, and `scan-moved` when something still changes
 * while it is read at the third attempt.
 */
export async function compareSides(request: CompareRequest): Promise<Compared> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await compareOnce(request);
    } catch (error) {
      if (!isFailure(error, "scan-moved") || attempt === attempts) throw error;
    }
  }
}

async function compareOnce(request: CompareRequest): Promise<Compared> {
  const { preprod, prod, app, groups = [], fresh = false } = request;
  const memory = request.memory ?? noMemory;
  const rules = compileRules(app, groups);
  const keys = memoryKeys(request);
  const remembered = parseRemembered(await memory.recall(keys.comparison));
  const askDigest = remembered !== undefined && !fresh;
  const scans = await openBoth(preprod, prod, rules, askDigest);
  refuseOverlap(scans.preprod, scans.prod);

  if (
    askDigest &&
    scans.preprod.digest === remembered.preprodDigest &&
    scans.prod.digest === remembered.prodDigest
  ) {
    await both(scans.preprod.dismiss(), scans.prod.dismiss());
    const asRead = { preprodDigest: remembered.preprodDigest, prodPlace: placeOf(scans.prod) };
    return { ...remembered.comparison, trees: () => treesOf(preprod, prod, rules), asRead };
  }
  const [wanted, current] = await both(scans.preprod.fetch(), scans.prod.fetch());
  const [preprodHashes, prodHashes, pairs] = fresh
    ? []
    : await Promise.all([
        memory.recall(keys.preprodHashes),
        memory.recall(keys.prodHashes),
        memory.recall(keys.pairs),
      ]);
  const left = openReadSide("preprod", preprod.transport, wanted, readHashes(preprodHashes));
  const right = openReadSide("prod", prod.transport, current, readHashes(prodHashes));
  const pairMemory: PairMemory = { known: readPairs(pairs), toRemember: [] };
  const comparison = await compareListings(left, right, {
    rules,
    groups,
    pairMemory,
    counted: fresh ? new Map() : countedLines(remembered?.comparison.changes ?? []),
  });

  await Promise.all([
    memory.remember(keys.pairs, writePairs(pairMemory.toRemember)),
    memory.remember(keys.preprodHashes, writeHashes(left.toRemember)),
    memory.remember(keys.prodHashes, writeHashes(right.toRemember)),
    isSettled(left) && isSettled(right)
      ? memory.remember(
          keys.comparison,
          JSON.stringify({
            preprodDigest: wanted.digest,
            prodDigest: current.digest,
            comparison,
          } satisfies Remembered),
        )
      : undefined,
  ]);
  return {
    ...comparison,
    trees: () => Promise.resolve({ preprod: listedTree(left.listing), prod: listedTree(right.listing) }),
    asRead: { preprodDigest: wanted.digest, prodPlace: placeOf(scans.prod) },
  };
}

async function compareListings(
  preprod: ReadSide,
  prod: ReadSide,
  options: {
    readonly rules: Rules;
    readonly groups: readonly string[];
    readonly pairMemory: PairMemory;
    readonly counted: CountedLines;
  },
): Promise<Comparison> {
  const pairing = pairSides(preprod.listing, prod.listing, options.rules);
  const { open } = pairing;
  const [[same, rewrites]] = await both(
    both(
      settlePairs(preprod, prod, open, options.pairMemory),
      settleRewrites(preprod, prod, pairing.rewriting, options.pairMemory),
    ),
    // What is certain to change is hashed while the rest is still being compared.
    hashDrafts(preprod, prod, pairing.drafts),
  );
  const drafts = [...pairing.drafts, ...rewrites.drafts];
  const { equal } = pairing;
  for (let at = 0; at < open.prod.length; at += 1) {
    const [left, right] = [open.preprod[at] ?? 0, open.prod[at] ?? 0];
    const sameMode = preprod.listing.mode(left) === prod.listing.mode(right);
    if (same[at] === 1 && sameMode) equal.add(prod.listing, right, true);
    else {
      const kind = same[at] === 1 ? "mode" : "change";
      drafts.push({ kind, path: prod.listing.path(right), preprod: left, prod: right });
    }
  }
  for (const pair of rewrites.equal) equal.add(prod.listing, pair.prod, true);
  const only = createTally();
  for (const { index } of pairing.onlyInProd) only.add(prod.listing, index, false);

  const changes = await describeChanges(preprod, prod, drafts, rewrites.rewritten, options.counted);
  return {
    preprod: { host: preprod.scanned.host, root: preprod.scanned.root },
    prod: { host: prod.scanned.host, root: prod.scanned.root },
    groups: [...new Set(options.groups)].sort(),
    changes,
    equal: { count: equal.count(), digest: equal.digest() },
    onlyInProd: {
      count: only.count(),
      digest: only.digest(),
      paths: shortened(pairing.onlyInProd.filter(({ isShown }) => isShown).map(({ path }) => path)),
    },
    unexplained: (["preprod", "prod"] as const).flatMap((side) =>
      shortened(pairing.unexplained.filter((one) => one.side === side).map(({ path }) => path)).map(
        (path) => ({ side, path }),
      ),
    ),
    emptySources: pairing.emptySources,
    lostRewrites: rewrites.lost,
    offers: await describeOffers(preprod, prod, { ...options, changes }),
    coverage: pairing.coverage,
  };
}

async function openBoth(
  preprod: Side,
  prod: Side,
  rules: Rules,
  askDigest: boolean,
): Promise<{ readonly preprod: OpenScan; readonly prod: OpenScan }> {
  const opening = [
    openScan(preprod.transport, preprod.root, { scope: scopeOf(rules, "preprod"), askDigest }),
    openScan(prod.transport, prod.root, { scope: scopeOf(rules, "prod"), askDigest }),
  ] as const;
  const [first, second] = await Promise.allSettled(opening);
  if (first.status === "fulfilled" && second.status === "fulfilled") {
    return { preprod: first.value, prod: second.value };
  }
  // The one that worked waits on its host for an answer.
  for (const scan of [first, second]) {
    if (scan.status === "fulfilled") await scan.value.dismiss().catch(() => {});
  }
  throw first.status === "rejected" ? first.reason : second.status === "rejected" ? second.reason : undefined;
}

/** Both, and no failure of the one leaves the other running unattended. */
async function both<First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === "rejected") throw one.reason;
  if (other.status === "rejected") throw other.reason;
  return [one.value, other.value];
}

function refuseOverlap(preprod: OpenScan, prod: OpenScan): void {
  const overlap = sidesOverlap(preprod, prod);
  if (overlap === undefined) return;
  void preprod.dismiss().catch(() => {});
  void prod.dismiss().catch(() => {});
  throw overlap;
}

function placeOf({ bootId, lineage: [root = ""] }: OpenScan): string | undefined {
  return bootId === "" || root === "" ? undefined : `${bootId} ${root}`;
}

async function treesOf(preprod: Side, prod: Side, rules: Rules): Promise<Trees> {
  const scans = await openBoth(preprod, prod, rules, false);
  const [left, right] = await both(scans.preprod.fetch(), scans.prod.fetch());
  return { preprod: listedTree(left.listing), prod: listedTree(right.listing) };
}

/** Nothing on the side changed so lately that an unseen change could share its times. */
function isSettled(side: ReadSide): boolean {
  for (let index = 0; index < side.listing.count; index += 1) if (side.isYoung(index)) return false;
  return true;
}

function memoryKeys({
  preprod,
  prod,
  app,
  groups = [],
}: CompareRequest): Record<"comparison" | "pairs" | "preprodHashes" | "prodHashes", string> {
  const sides = [preprod.transport.host, preprod.root, prod.transport.host, prod.root];
  const rules = [app.name, app.paths, app.ignore, app.protect];
  return {
    comparison: `comparison:${short([sides, rules, [...groups].sort()])}`,
    pairs: `equal-pairs:${short([sides, app.paths])}`,
    preprodHashes: `hashes:${short([preprod.transport.host, preprod.root, "preprod", app.name])}`,
    prodHashes: `hashes:${short([prod.transport.host, prod.root, "prod", app.name])}`,
  };
}

// Raised when what is remembered comes to mean something else.
const memoryVersion = 2;

function short(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([memoryVersion, value]))
    .digest("hex")
    .slice(0, 32);
}

function parseRemembered(value: string | undefined): Remembered | undefined {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(value) as Remembered;
  } catch {
    // What cannot be read is as good as forgotten.
    return undefined;
  }
}

function countedLines(changes: readonly Change[]): CountedLines {
  const counted = new Map<string, LineCounts>();
  for (const { before, after, linesAdded, linesRemoved, binary } of changes) {
    counted.set(linesKey(before, after), { linesAdded, linesRemoved, binary });
  }
  return counted;
}
