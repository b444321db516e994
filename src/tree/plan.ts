// The plan: what a promotion would do, as plain data with a digest over all that decides the outcome.

import type { Entry } from "./entry.ts";

export type ChangeKind = "add" | "change" | "remove" | "mode" | "type";

/** One PROD path with what it is and what it will be; one of them may be absent. */
export type Change = {
  readonly kind: ChangeKind;
  /** Relative to PROD's root. */
  readonly path: string;
  /** Relative to PREPROD's root; absent for a removal. */
  readonly from?: string;
  readonly before?: Entry;
  readonly after?: Entry;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly binary: boolean;
};

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
};

export type Summary = {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** PROD paths inside the rules that stay as they are: equal ones and those only in PROD. */
  readonly kept: number;
  /** Bytes that will be written. */
  readonly bytes: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
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
  readonly unexplained: readonly { readonly side: "preprod" | "prod"; readonly path: string }[];
  readonly drift: readonly Drift[];
  readonly checks: readonly CheckResult[];
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
};
