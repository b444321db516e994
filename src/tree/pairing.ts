// The terms in which two listings are set against each other before any content is read.

import type { PathRule } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { ChangeKind, Coverage, Unexplained } from "./change.ts";
import type { Entry } from "./entry.ts";
import type { Tally } from "./tally.ts";

/** Two files, of which PROD's may be absent (-1), by their place in their listing. */
export type Pair = {
  readonly path: string;
  readonly preprod: number;
  readonly prod: number;
  readonly rule: PathRule;
};

/** A change that is certain; -1 is absent. */
export type Draft = {
  readonly kind: ChangeKind;
  readonly path: string;
  readonly preprod: number;
  readonly prod: number;
  /** A directory that PREPROD does not have, but what is added needs. */
  readonly needed?: Entry;
};

/** Places in both listings, side by side: there may be a hundred thousand. */
export type OpenPairs = { readonly preprod: number[]; readonly prod: number[] };

export type Pairing = {
  readonly drafts: readonly Draft[];
  /** Files of the same size: only their content can tell. */
  readonly open: OpenPairs;
  /** Files whose content is rewritten before it can be compared. */
  readonly rewriting: readonly Pair[];
  /** Every pair that is the same; those that turn out to be are added to it. */
  readonly equal: Tally;
  readonly onlyInProd: readonly LonelyPath[];
  readonly unexplained: readonly Unexplained[];
  readonly emptySources: readonly string[];
  readonly coverage: Coverage;
};

/** `isShown`: not a directory that what is in it already speaks for. */
export type LonelyPath = { readonly path: string; readonly index: number; readonly isShown: boolean };

export function conflict(path: string, reason: string): PasserelleError {
  return new PasserelleError("path-conflict", { path, reason });
}
