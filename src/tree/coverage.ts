// Counts what the rules make of each path of a side. Pure.

import type { Covered } from "./change.ts";
import type { EntryType } from "./listing.ts";
import type { Mapping } from "./rules.ts";

export type CoverageCount = {
  readonly add: (kind: Mapping["kind"], type: EntryType) => void;
  readonly covered: () => Covered;
};

/** `mapped`: how many are known to be before the first is added. */
export function countCoverage(mapped: number): CoverageCount {
  const counts = { mapped, unselected: 0, ignored: 0, protected: 0, unexplained: 0 };
  return {
    add(kind, type) {
      if (kind === "ignored") counts.ignored += 1;
      // A file where rules only lead through is one that none of them speaks of.
      else if (type !== "directory") counts[kind === "above" ? "unexplained" : kind] += 1;
    },
    covered: () => ({ ...counts }),
  };
}
