// Reads PREPROD and PROD on each of its hosts, and sees to it that what was read belongs together.

import type { AppConfig, HostConfig } from "../config/config.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { type Compared, compareSides, type Side } from "../tree/compare.ts";
import { areOfOneSource } from "../tree/join-plans.ts";
import type { Drift } from "../tree/plan.ts";
import { findDrift } from "./find-drift.ts";
import { type KeptLeft, recallLeft } from "./what-was-left.ts";
import { withTools } from "./with-tools.ts";

/** One host of PROD. */
export type Place = {
  readonly host: HostConfig;
  /** Undefined for the host of an app that has no other: what is kept under it keeps its name. */
  readonly one: string | undefined;
  readonly sides: { readonly preprod: Side; readonly prod: Side };
};

export type Read = { readonly place: Place; readonly compared: Compared; readonly drift: readonly Drift[] };

export type CompareOptions = {
  readonly store: Store;
  readonly groups: readonly string[];
  readonly fresh: boolean;
  /** The promotion that asks. */
  readonly during?: string | undefined;
};

/** So many hosts are read at a time. */
const mostAtATime = 4;
const attempts = 3;

/** Throws what `compareSides` throws, and `hosts-overlap` when two names lead to one directory. */
export async function compareHosts(
  app: AppConfig,
  places: readonly Place[],
  options: CompareOptions,
): Promise<readonly Read[]> {
  for (let attempt = 1; ; attempt += 1) {
    const [first, ...others] = places;
    if (first === undefined) throw new Error(`${app.name} has no PROD host`);
    // What the first one had to read of PREPROD, the others remember.
    const reads = [await readOne(app, first, options), ...(await inTurn(others, app, options))];
    refuseOneDirectory(app, reads);
    if (new Set(reads.map(({ compared }) => compared.asRead.preprodDigest)).size === 1) return reads;
    if (attempt === attempts) {
      // What is written all the time in PREPROD may be no part of what goes to PROD.
      if (areOfOneSource(reads.map(({ compared }) => compared.changes))) return reads;
      const { transport, root } = first.sides.preprod;
      throw new PasserelleError("scan-moved", { host: transport.host, root, path: root });
    }
  }
}

async function inTurn(
  places: readonly Place[],
  app: AppConfig,
  options: CompareOptions,
): Promise<readonly Read[]> {
  const waiting = [...places.entries()];
  const reads: Read[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, place] = next;
      reads[index] = await readOne(app, place, options);
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: Math.min(mostAtATime, places.length) }, work),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return reads;
}

async function readOne(
  app: AppConfig,
  place: Place,
  { store, groups, fresh, during }: CompareOptions,
): Promise<Read> {
  const { sides, one } = place;
  const memory = {
    recall: (key: string) => store.recall(key),
    remember: (key: string, value: string) => store.remember(key, value),
  };
  try {
    const compare = (): Promise<[Compared, KeptLeft | undefined]> =>
      Promise.all([
        compareSides({ ...sides, app, memory, groups, fresh }),
        recallLeft(sides.prod, app, store),
      ]);
    const [read, left] = await (during === undefined ? withTools(sides, compare) : compare());
    let trees: ReturnType<Compared["trees"]> | undefined;
    const compared: Compared = {
      ...read,
      trees: () => {
        trees ??= read.trees();
        return trees;
      },
    };
    return { place, compared, drift: await findDrift(app, compared, left, { store, during, host: one }) };
  } catch (error) {
    // A sentence that names another host, or none, would leave open which PROD is meant.
    if (one === undefined || !isFailure(error) || namesAHost(error, place)) throw error;
    throw new PasserelleError(error.code, { ...error.details, onHost: one }, { cause: error });
  }
}

function namesAHost({ details }: PasserelleError, { sides }: Place): boolean {
  return details["host"] === sides.prod.transport.host || details["host"] === sides.preprod.transport.host;
}

function refuseOneDirectory(app: AppConfig, reads: readonly Read[]): void {
  const seen = new Map<string, string>();
  for (const { place, compared } of reads) {
    const { prodPlace } = compared.asRead;
    if (prodPlace === undefined) continue;
    const other = seen.get(prodPlace);
    if (other !== undefined) {
      const { root } = app.prod;
      throw new PasserelleError("hosts-overlap", { app: app.name, host: place.host.name, other, root });
    }
    seen.set(prodPlace, place.host.name);
  }
}
