// What a plan message says, in English. Values arrive already safe for where they are shown; no markup here.

import { englishMeasures as measures } from "../measures.ts";

const { count } = measures;
const files = (n: number) => count(n, "file", "files");

export const plan = {
  title: (app: string) => `Promote ${app}: PREPROD → PROD?`,
  summary: (n: number) => count(n, "file changes", "files change"),
  changed: (n: number) => `${measures.number(n)} changed`,
  added: (n: number) => `${measures.number(n)} new`,
  removed: (n: number) => `${measures.number(n)} removed`,
  files,
  lines: "lines",
  requested: (by: string, plan: string, when: string) => `Requested by ${by} · plan ${plan} · made ${when}`,
  toWrite: "To write",
  hosts: "PROD",
  hostList: (n: number, names: string) => `${count(n, "host", "hosts")}: ${names}`,
  hostsInTurn: (n: number, batch: number) =>
    batch >= n
      ? `All ${measures.number(n)} hosts change at once.`
      : batch === 1
        ? `The ${measures.number(n)} hosts change one after the other.`
        : `The ${measures.number(n)} hosts change ${measures.number(batch)} at a time.`,
  restarts: "Restarts",
  restartsNothing: "nothing",
  restartsCommand: "by a command",
  recreates: "made anew",
  groups: "With",
  lastPromotion: "Last promotion",
  noPromotionYet: "none yet",
  more: (n: number) => `… ${measures.number(n)} more`,
  moreIn: (n: number, directories: number) =>
    `… ${measures.number(n)} more in ${count(directories, "directory", "directories")}`,
  moreNames: (n: number) => `and ${measures.number(n)} more`,
  removes: (n: number) => `${files(n)} removed from PROD:`,
  driftWas: { changed: "changed", added: "added", removed: "removed" },
  unexplained: (n: number) =>
    `No path rule speaks about ${count(n, "path", "paths")}, so nothing happens to:`,
  onlyInProd: (n: number) =>
    `${count(n, "path", "paths")} only in PROD ${n === 1 ? "stays as it is" : "stay as they are"}:`,
  blocked: "Blocked:",
  blockedNext: "It cannot be approved. Correct PREPROD, then make a new plan.",
  approve: "Approve & promote",
  approveLabel: (plan: string) => `Approve plan ${plan} and promote it to PROD`,
  approveTitle: (n: number) => `Promote ${files(n)} to PROD?`,
  approveText: (restarts: string) =>
    `A verified backup is taken first. Restarts: ${restarts}. If PROD is not healthy afterwards, it goes back by itself.`,
  approveYes: "Promote",
  approveNo: "Not yet",
  reject: "Reject",
  fullDiff: "Full diff",
  newPlan: "Make a new plan",
  needs: (n: number, from: string) => `Needs ${count(n, "approval", "approvals")} from ${from}.`,
  notByRequester: "Whoever asked cannot approve it alone.",
  expires: (when: string) => `Expires ${when}; a change on either side makes it stale.`,
  counted: (have: number, need: number, by: string) => `${have} of ${need} approvals: ${by}.`,
  waiting: (app: string, n: number, by: string) =>
    `${app}: ${count(n, "file waits", "files wait")} for approval to go to PROD, requested by ${by}.`,
  blockedSentence: (app: string, n: number) =>
    `${app}: ${count(n, "file differs", "files differ")}, but a check blocks the promotion.`,
  inSync: (app: string) => `${app}: PROD already has everything PREPROD has. Nothing to promote.`,
  rejected: (by: string) => `Rejected by ${by}`,
  untouched: (plan: string, n: number, by: string) =>
    `Plan ${plan} · ${files(n)} · requested by ${by} · nothing was changed on PROD`,
  stale: "This plan is stale — nothing was changed.",
  staleWhy: "Changed after the plan was made:",
  staleBy: (by: string) => `${by} tried to promote it.`,
  expired: (when: string) => `This plan expired ${when} — nothing was changed.`,
  replaced: "A newer plan replaced this one — nothing was changed.",
  fileTitle: (plan: string) => `Plan ${plan}: full diff`,
  fileCut: "The rest is too long for Slack; `passerelle diff --patch` shows it.",
};
