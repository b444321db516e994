// What is done on a target when a promotion ends: what PROD now is, is written down; what only the run needed goes.

import { pruneRestorePoints } from "../backup/prune-restore-points.ts";
import type { AppConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { encodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import type { Side } from "../tree/compare.ts";
import { digestOfLeft } from "../tree/left.ts";
import type { Change, Plan } from "../tree/plan.ts";
import { dropStaging } from "../tree/swap.ts";
import type { Hold } from "./hold.ts";
import type { Facts, PromotionRecord } from "./promotions.ts";
import { describeLeft, recallLeft, rememberLeft } from "./what-was-left.ts";

/**
 * `$1` state directory, `$2` the line for the history, `$3` how that line begins whenever it is written; standard input:
 * what `current` will be. Safe to repeat.
 */
const settleScript = `
cd -- "$1" || exit 70
cat >current.tmp && sync current.tmp && mv -T current.tmp current || exit 71
if [ ! -e history.jsonl ] || ! tail -n 50 history.jsonl | grep -qF -- "$3"; then
  printf '%s\\n' "$2" >>history.jsonl && sync history.jsonl || exit 71
fi
sync .
`;

export async function settle(
  hold: Hold,
  promotion: {
    readonly app: AppConfig;
    readonly record: PromotionRecord;
    readonly plan: Plan | undefined;
    readonly changes: readonly Change[];
    /** PROD as it is configured, by which it is remembered. */
    readonly side: Side;
    readonly store: Pick<Store, "recall" | "remember">;
    readonly at: string;
  },
): Promise<Facts> {
  const { prod, runJob } = hold;
  const { app, record, plan, changes, side, store, at } = promotion;
  const before = await recallLeft(side, app, store);
  const current = await describeLeft({ prod, app, record, plan, changes, before, at });
  const line = JSON.stringify({
    id: record.id,
    kind: record.kind,
    startedAt: record.startedAt,
    by: record.approvedBy,
    to: record.restorePointId,
    digest: plan?.digest,
    current: digestOfLeft(current),
  });
  await capture(prod.transport, settleScript, {
    what: "writing down what PROD is",
    args: [prod.stateDir, line, line.slice(0, line.indexOf(","))],
    input: encodeBytes(current),
    timeoutSeconds: 300,
  });
  await rememberLeft(side, app, store, current);
  const { removed } = await pruneRestorePoints({ runJob, prod, id: record.id, keep: app.backup.keep });
  return { pruned: removed.length };
}

export async function clearUp(hold: Hold, promotionId: string): Promise<void> {
  await dropStaging({ runJob: hold.runJob, prod: hold.prod, id: promotionId });
}
