// What is said of hand edits in PROD, in English. Values arrive already safe for where they are shown; no markup here.

import { englishMeasures as measures } from "../measures.ts";

const { count } = measures;
const files = (n: number) => count(n, "file", "files");

export const drift = {
  overwritten: (n: number, since: string) =>
    `${files(n)} changed by hand in PROD since the last promotion, ${since}; this plan overwrites, removes or undoes that:`,
  kept: (n: number, since: string) =>
    `${files(n)} changed by hand in PROD since the last promotion, ${since}; this plan leaves ${n === 1 ? "it" : "them"} alone:`,
  patch: "Patch for PREPROD",
  patchLabel: "Get the diff that brings what was changed by hand in PROD back into PREPROD",
  patchTitle: (app: string) => `What was changed by hand in PROD of ${app}, for PREPROD`,
  patchCut: "# The rest is too long for Slack; `passerelle diff --drift-patch` shows it.",
  none: (app: string) => `PROD of ${app} is what the last promotion left there: nothing to bring back.`,
  found: (app: string, n: number) => `Somebody changed PROD of ${app} by hand: ${files(n)}`,
  foundSince: (since: string) => `Since the last promotion, ${since}:`,
  foundNext:
    "Bring it back into PREPROD before the next promotion, which would overwrite it. This is told once.",
  show: "Show the plan",
  heading: "Changed by hand in PROD",
  isOverwritten: "would be overwritten",
  confirm: (n: number) =>
    `${files(n)} changed by hand in PROD would be overwritten. Type OVERWRITE to go on: `,
};
