// The plan: what a promotion would do, as plain data with a digest over all that decides the outcome.

import { createHash } from "node:crypto";
import type { AppConfig } from "../config/config.ts";
import type { Change, Comparison, Coverage, GroupOffer, Summary, Unexplained } from "./change.ts";
import type { Entry } from "./entry.ts";
import { entrySign, sourceSign } from "./signs.ts";
import { summaryOf } from "./summary.ts";

export type {
  Change,
  ChangeKind,
  Comparison,
  Coverage,
  Covered,
  GroupOffer,
  OfferedFile,
  Rewritten,
  Summary,
} from "./change.ts";

export type CheckResult = {
  readonly id: string;
  readonly level: "ok" | "warn" | "block";
  readonly message: string;
  readonly where: readonly { readonly path: string; readonly line: number }[];
  /** The same place by place, for programs and other languages; the longest lists are cut. */
  readonly findings?: readonly {
    readonly code: string;
    readonly path: string;
    readonly line: number;
    readonly facts: Readonly<Record<string, string | number>>;
    readonly message: string;
    readonly uncertain?: boolean;
  }[];
};

export type Drift = {
  readonly path: string;
  readonly was: "changed" | "added" | "removed";
  readonly since: string;
  /** Those of several hosts where it is so; absent when it is so on all of them. */
  readonly hosts?: readonly string[];
};

/** One of several hosts of PROD: what it has to itself, though its changes are those of the plan. */
export type PlanHost = {
  readonly name: string;
  /** What a path is there, where the plan's change has it of another host. */
  readonly before: readonly (readonly [path: string, entry: Entry])[];
  readonly kept: number;
};

/** What two trees, the path rules and the settings say; without id, time or requester. Made by `planOf`. */
export type PlanBody = {
  readonly app: string;
  /** `sha256:` and 64 hex digits, over both trees, path rules, checks, restart and health settings. */
  readonly digest: string;
  readonly groups: readonly string[];
  /** Ordered by path, parents first. */
  readonly changes: readonly Change[];
  readonly summary: Summary;
  readonly onlyInProd: readonly string[];
  readonly unexplained: readonly Unexplained[];
  readonly drift: readonly Drift[];
  readonly checks: readonly CheckResult[];
  /** Where PROD has several; in the order of the configuration. A change then says on which of them, if not on all. */
  readonly hosts?: readonly PlanHost[];
  /** How many of the hosts change side by side. */
  readonly batch?: number;
  /** What may be chosen beside it, and how both sides are accounted for: for people, and so not in the digest. */
  readonly offers?: readonly GroupOffer[];
  readonly coverage?: Coverage;
};

/** A plan as it is stored, shown and approved. */
export type Plan = PlanBody & {
  /** `pl_…` */
  readonly id: string;
  /** A Slack user id, or `terminal:<login>` for a person at a terminal. */
  readonly requester: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** The first plan of the message that shows it, when it replaced that one there. */
  readonly shownIn?: string;
};

// Raised when a plan comes to mean something else, so that an older approval does not carry over.
const planVersion = 2;

/** The plan that a comparison amounts to. The same comparison and settings always make the same digest, whatever their order. */
export function planOf(
  comparison: Comparison,
  app: AppConfig,
  found: { readonly drift?: readonly Drift[]; readonly checks?: readonly CheckResult[] } = {},
): PlanBody {
  const changes = comparison.changes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const groups = [...new Set(comparison.groups)].sort();
  const drift = (found.drift ?? []).toSorted((left, right) => (left.path < right.path ? -1 : 1));
  return {
    app: app.name,
    digest: digestOf({ ...comparison, changes, groups }, app, drift),
    groups,
    changes,
    summary: summaryOf(changes, comparison),
    onlyInProd: comparison.onlyInProd.paths.toSorted(),
    unexplained: comparison.unexplained.toSorted((left, right) =>
      `${left.side} ${left.path}` < `${right.side} ${right.path}` ? -1 : 1,
    ),
    drift,
    checks: [...emptySourceChecks(comparison), ...lostRewriteChecks(comparison), ...(found.checks ?? [])],
    ...(comparison.offers !== undefined && comparison.offers.length > 0 ? { offers: comparison.offers } : {}),
    ...(comparison.coverage === undefined ? {} : { coverage: comparison.coverage }),
  };
}

export function isEmpty(plan: Pick<PlanBody, "changes">): boolean {
  return plan.changes.length === 0;
}

/**
 * The paths that are not any more what a plan was made of: PROD's where PROD moved, PREPROD's where PREPROD did. Empty
 * when something else moved: a setting, or a pair that both sides changed alike.
 */
export function describeMove(planned: PlanBody, now: PlanBody): string[] {
  const moved = new Set<string>();
  const [was, is] = [byPath(planned), byPath(now)];
  for (const path of new Set([...was.keys(), ...is.keys()])) {
    const [before, after] = [was.get(path), is.get(path)];
    const from = after?.from ?? before?.from ?? path;
    if (before === undefined || after === undefined) {
      // What was equal and differs now, or the other way round: the plan does not know which side it was.
      moved.add(path);
      continue;
    }
    if (!sameText(entrySign(before.before), entrySign(after.before))) moved.add(path);
    if (!sameText(sourceSign(before), sourceSign(after))) moved.add(from);
  }
  const [stayed, stays] = [new Set(planned.onlyInProd), new Set(now.onlyInProd)];
  for (const path of stayed) if (!stays.has(path) && !is.has(path)) moved.add(path);
  for (const path of stays) if (!stayed.has(path) && !was.has(path)) moved.add(path);
  const [known, found] = [driftSigns(planned), driftSigns(now)];
  for (const [path, sign] of known) if (found.get(path) !== sign) moved.add(path);
  for (const path of found.keys()) if (!known.has(path)) moved.add(path);
  return [...moved].sort();
}

function driftSigns({ drift }: PlanBody): ReadonlyMap<string, string> {
  return new Map(drift.map(({ path, was }) => [path, was]));
}

function byPath(plan: PlanBody): ReadonlyMap<string, Change> {
  return new Map(plan.changes.map((change) => [change.path, change]));
}

function sameText(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function digestOf(comparison: Comparison, app: AppConfig, drift: readonly Drift[]): string {
  const { preprod, prod, groups, changes, equal, onlyInProd } = comparison;
  const decides = {
    version: planVersion,
    app: app.name,
    sides: [preprod, prod].map(({ host, root }) => [host, root]),
    configured: [app.preprod, app.prod].map(({ hosts, root }) => [hosts.map(({ name }) => name), root]),
    groups,
    paths: app.paths,
    ignore: [...new Set(app.ignore)].sort(),
    protect: [...new Set(app.protect)].sort(),
    checks: app.checks,
    backup: app.backup,
    ownChecks: app.ownChecks,
    rehearse: app.rehearse,
    hooks: app.hooks,
    restart: app.restart,
    health: app.health,
    changes: changes.map((change) => [
      change.kind,
      change.path,
      change.from ?? "",
      entrySign(change.before),
      sourceSign(change),
    ]),
    equal: equal.digest,
    onlyInProd: onlyInProd.digest,
    drift: drift.map(({ path, was, since }) => [path, was, since]),
  };
  return `sha256:${createHash("sha256").update(canonicalJson(decides)).digest("hex")}`;
}

/** Keys in order, nothing where a value is undefined: one text for one meaning. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

function emptySourceChecks({ emptySources }: Comparison): readonly CheckResult[] {
  if (emptySources.length === 0) return [];
  const named = emptySources.join(", ");
  return [
    {
      id: "source-empty",
      level: "warn",
      message: `PREPROD has nothing in ${named}, so nothing is removed from PROD there. Is a mount or a checkout missing?`,
      where: emptySources.map((path) => ({ path, line: 0 })),
    },
  ];
}

/** Never blocks: PREPROD may have come to say what the rewrite was for. */
function lostRewriteChecks({ lostRewrites = [] }: Comparison): readonly CheckResult[] {
  if (lostRewrites.length === 0) return [];
  const findings = lostRewrites.map(({ path, from, match }) => ({
    code: "rewrite-lost",
    path,
    line: 0,
    facts: { match, from },
    message: `${path}: the rewrite ${match} of the rule for ${from} matches no line of PREPROD any more`,
  }));
  const message = `${findings[0]?.message ?? ""}${findings.length > 1 ? ` (and ${findings.length - 1} more)` : ""}. PROD gets what PREPROD has there; look at the diff, and mend or remove the rewrite.`;
  return [
    {
      id: "rewrite",
      level: "warn",
      message,
      where: findings.map(({ path }) => ({ path, line: 0 })),
      findings,
    },
  ];
}
