// A plan as `diff --json` prints it.

import { displayName, encodeBytes } from "../transport/bytes.ts";
import type { Change } from "./change.ts";
import type { Entry } from "./entry.ts";
import type { Plan } from "./plan.ts";
import { shownChanges } from "./summary.ts";

/** A path; one that is not UTF-8 is readable in `path` and exact, in base64, in `pathBytes`. */
type JsonPath = { readonly path: string; readonly pathBytes?: string };

type OnHosts = { readonly hosts?: readonly string[] };

export type DiffJson = {
  readonly app: string;
  readonly id: string;
  readonly digest: string;
  readonly expiresAt: string;
  readonly groups: readonly string[];
  readonly summary: Plan["summary"];
  /** Where PROD has several. */
  readonly hosts?: readonly string[];
  readonly batch?: number;
  readonly changes: readonly (JsonPath & {
    /** Those of several hosts that have this change; absent when all of them have. */
    readonly hosts?: readonly string[];
    readonly kind: Change["kind"];
    readonly from?: string;
    readonly fromBytes?: string;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
    readonly linesAdded: number;
    readonly linesRemoved: number;
    readonly binary: boolean;
    readonly typeBefore?: Entry["type"];
    readonly typeAfter?: Entry["type"];
    readonly modeBefore?: string;
    readonly modeAfter?: string;
  })[];
  readonly onlyInProd: readonly string[];
  readonly unexplained: readonly (JsonPath & OnHosts & { readonly side: "preprod" | "prod" })[];
  readonly drift: readonly (JsonPath & OnHosts & { readonly was: string; readonly since: string })[];
  readonly checks: Plan["checks"];
  readonly offers?: Plan["offers"];
  readonly coverage?: Plan["coverage"];
};

export function diffJson(plan: Plan): DiffJson {
  return {
    app: plan.app,
    id: plan.id,
    digest: plan.digest,
    expiresAt: plan.expiresAt,
    groups: plan.groups,
    summary: plan.summary,
    ...(plan.hosts === undefined ? {} : { hosts: plan.hosts.map(({ name }) => name) }),
    ...(plan.batch === undefined ? {} : { batch: plan.batch }),
    changes: shownChanges(plan.changes).map((change) => ({
      kind: change.kind,
      ...onHosts(change),
      ...jsonPath(change.path),
      ...jsonFrom(change.from),
      bytesBefore: bytesOf(change.before),
      bytesAfter: bytesOf(change.after),
      linesAdded: change.linesAdded,
      linesRemoved: change.linesRemoved,
      binary: change.binary,
      ...(change.before === undefined ? {} : { typeBefore: change.before.type }),
      ...(change.after === undefined ? {} : { typeAfter: change.after.type }),
      ...(modeOf(change.before) === undefined ? {} : { modeBefore: modeOf(change.before) ?? "" }),
      ...(modeOf(change.after) === undefined ? {} : { modeAfter: modeOf(change.after) ?? "" }),
    })),
    onlyInProd: plan.onlyInProd.map((path) => jsonPath(path).path),
    unexplained: plan.unexplained.map((one) => ({ side: one.side, ...jsonPath(one.path), ...onHosts(one) })),
    drift: plan.drift.map((one) => ({
      ...jsonPath(one.path),
      was: one.was,
      since: one.since,
      ...onHosts(one),
    })),
    checks: plan.checks,
    ...(plan.offers === undefined ? {} : { offers: plan.offers }),
    ...(plan.coverage === undefined ? {} : { coverage: plan.coverage }),
  };
}

function onHosts({ hosts }: OnHosts): OnHosts {
  return hosts === undefined ? {} : { hosts };
}

function jsonPath(path: string): JsonPath {
  if (path.isWellFormed()) return { path };
  return { path: displayName(path), pathBytes: encodeBytes(path).toString("base64") };
}

function jsonFrom(from: string | undefined): { from?: string; fromBytes?: string } {
  if (from === undefined) return {};
  const { path, pathBytes } = jsonPath(from);
  return { from: path, ...(pathBytes === undefined ? {} : { fromBytes: pathBytes }) };
}

function bytesOf(entry: Entry | undefined): number {
  return entry?.type === "file" ? entry.size : 0;
}

function modeOf(entry: Entry | undefined): string | undefined {
  return entry?.type === "file" || entry?.type === "directory"
    ? entry.mode.toString(8).padStart(4, "0")
    : undefined;
}
