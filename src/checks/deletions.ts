// Check: a promotion that removes a large share of what PROD has.

import { compileRules, mapToPreprod } from "../tree/rules.ts";
import { type Check, type CheckInput, type Finding, listed } from "./check.ts";

const defaultShare = 0.3;
/** Below this, a share says little: one of three files is a third. */
const fewRemovals = 3;

export const deletions: Check = createDeletions(defaultShare);

/** `mostShare` of PROD's mapped files may go unremarked. */
export function createDeletions(mostShare: number): Check {
  return {
    id: "deletions",
    // Approved knowingly it is no accident: a plan with this warning asks for it in so many words.
    level: "warn",
    fine: "No large share of PROD is removed.",
    find: async (input) => findDeletions(input, mostShare),
    summary: (findings) => {
      const facts = findings[0]?.facts ?? {};
      return `${facts["removed"]} of PROD's ${facts["mapped"]} mapped files would be removed: ${listed(findings.map(({ path }) => path))}.`;
    },
  };
}

function findDeletions(input: CheckInput, mostShare: number): readonly Finding[] {
  const removed = input.changes.filter(
    ({ kind, before }) => kind === "remove" && (before?.type === "file" || before?.type === "link"),
  );
  const rules = compileRules(input.app, input.groups);
  let mapped = 0;
  for (const [path, { type }] of input.prod) {
    if ((type === "file" || type === "link") && mapToPreprod(rules, path).kind === "mapped") mapped++;
  }
  if (removed.length < fewRemovals || removed.length <= mapped * mostShare) return [];
  return removed.map(({ path }) => ({
    code: "deletions",
    path,
    line: 0,
    facts: { removed: removed.length, mapped },
    message: "would be removed",
  }));
}
