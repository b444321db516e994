// What comparing two sides yields: changes path by path, with what stays and what no rule explains.

import type { Entry } from "./entry.ts";

export type ChangeKind = "add" | "change" | "remove" | "mode" | "type";

/** One PROD path with what it is and what it will be; one of them may be absent. */
export type Change = {
  readonly kind: ChangeKind;
  /** Relative to PROD's root. */
  readonly path: string;
  /** Relative to PREPROD's root; absent for a removal, and for a directory that only has to be there for others. */
  readonly from?: string;
  readonly before?: Entry;
  readonly after?: Entry;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly binary: boolean;
  /** Present when the path rule's rewrites changed the content: `after` describes the rewritten content. */
  readonly rewritten?: Rewritten;
  /** Those of several hosts that have it; absent when all of them have. A path may then have a change for each. */
  readonly hosts?: readonly string[];
};

export type Rewritten = {
  /** Of PREPROD's own file, before the rewrites. */
  readonly sha256: string;
  readonly size: number;
  /** What PROD gets, in base64. */
  readonly content: string;
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

export type SideName = "preprod" | "prod";

export type Unexplained = {
  readonly side: SideName;
  readonly path: string;
  /** As of a change. */
  readonly hosts?: readonly string[];
};

/** A group of path rules that may be asked for, chosen or not. */
export type GroupOffer = {
  readonly name: string;
  /** What PREPROD has of it. */
  readonly files: number;
  readonly bytes: number;
  /** Files that PROD has not, or has otherwise; `unsure` ones were not compared. */
  readonly behind: number;
  readonly unsure: number;
  readonly largest: readonly OfferedFile[];
};

export type OfferedFile = {
  /** In PROD. */
  readonly path: string;
  readonly size: number;
  /** ISO 8601, UTC. */
  readonly modifiedAt: string;
  readonly inProd: "same" | "other" | "missing" | "unsure";
};

/** How many paths of a side the rules account for, and how; directories count where they are ignored. */
export type Covered = {
  readonly mapped: number;
  /** Of a group that was not asked for. */
  readonly unselected: number;
  readonly ignored: number;
  readonly protected: number;
  readonly unexplained: number;
};

/** `path`: PROD's file, or the rule's directory; `from`: as the rule says it; `match`: what is looked for. */
export type LostRewrite = { readonly path: string; readonly from: string; readonly match: string };

/** `root` is where the configured root really is, links resolved. */
export type ComparedSide = { readonly host: string; readonly root: string };

/** What both sides are, as far as a promotion is concerned. */
export type Comparison = {
  readonly preprod: ComparedSide;
  readonly prod: ComparedSide;
  readonly groups: readonly string[];
  /** In no particular order. */
  readonly changes: readonly Change[];
  /** Files and links that are the same on both sides; `digest` is over every equal pair's path, type, mode and size. */
  readonly equal: { readonly count: number; readonly digest: string };
  /**
   * What only PROD has and keeps. `digest` is over every path and type; in `paths` a directory with very many of them
   * stands for itself, with a slash at its end.
   */
  readonly onlyInProd: {
    readonly count: number;
    readonly digest: string;
    readonly paths: readonly string[];
  };
  /** Paths that no rule maps, ignores or protects; special files and mount points, which are never promoted. */
  readonly unexplained: readonly Unexplained[];
  /** `from` of directory rules with `delete` that have nothing in PREPROD while PROD has: their removals are left out. */
  readonly emptySources: readonly string[];
  /** Rewrites that no line of their rule's files matches any more; for people, as are the next two. */
  readonly lostRewrites?: readonly LostRewrite[];
  /** For people: neither decides what a promotion does. */
  readonly offers?: readonly GroupOffer[];
  readonly coverage?: Coverage;
};

export type Coverage = { readonly preprod: Covered; readonly prod: Covered };
