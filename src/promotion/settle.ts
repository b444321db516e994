// What is done on a target when a promotion ends: what PROD now is, is written down; what only the run needed goes.

import { createHash } from "node:crypto";
import { pruneRestorePoints } from "../backup/prune-restore-points.ts";
import type { AppConfig } from "../config/config.ts";
import { encodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import type { Plan } from "../tree/plan.ts";
import { dropStaging } from "../tree/swap.ts";
import type { Hold } from "./hold.ts";
import type { Facts, PromotionRecord } from "./promotions.ts";

/** `$1` state directory, `$2` the line for the history; standard input: what `current` will be. Safe to repeat. */
const settleScript = `
cd -- "$1" || exit 70
cat >current.tmp && sync current.tmp && mv -T current.tmp current || exit 71
if [ ! -e history.jsonl ] || ! tail -n 50 history.jsonl | grep -qxF -- "$2"; then
  printf '%s\\n' "$2" >>history.jsonl && sync history.jsonl || exit 71
fi
sync .
`;

export async function settle(
  hold: Hold,
  promotion: { readonly app: AppConfig; readonly record: PromotionRecord; readonly plan: Plan | undefined },
): Promise<Facts> {
  const { prod, runJob } = hold;
  const { app, record, plan } = promotion;
  const current = describeCurrent(record, plan);
  const line = JSON.stringify({
    id: record.id,
    kind: record.kind,
    startedAt: record.startedAt,
    by: record.approvedBy,
    to: record.restorePointId,
    digest: plan?.digest,
    current: createHash("sha256").update(current).digest("hex"),
  });
  await capture(prod.transport, settleScript, {
    what: "writing down what PROD is",
    args: [prod.stateDir, line],
    input: encodeBytes(current),
    timeoutSeconds: 60,
  });
  const { removed } = await pruneRestorePoints({ runJob, prod, id: record.id, keep: app.backup.keep });
  return { pruned: removed.length };
}

export async function clearUp(hold: Hold, promotionId: string): Promise<void> {
  await dropStaging({ runJob: hold.runJob, prod: hold.prod, id: promotionId });
}

/** What the promotion put there, path by path, for people and for a bot whose database is gone. */
function describeCurrent(record: PromotionRecord, plan: Plan | undefined): string {
  const paths = (plan?.changes ?? []).map(({ path, after }) => {
    if (after === undefined) return { path, type: "absent" };
    const { type } = after;
    if (type === "file") return { path, type, mode: after.mode, size: after.size, sha256: after.sha256 };
    return type === "link" ? { path, type, target: after.target } : { path, type };
  });
  return `${JSON.stringify({ promotion: record.id, kind: record.kind, to: record.restorePointId, digest: plan?.digest, paths })}\n`;
}
