// Refuses to plan for hosts that lack what a promotion would need, before anything is written there.

import { isFailure } from "../errors.ts";
import { requireTools } from "../transport/tools.ts";
import type { Side } from "../tree/compare.ts";

/** Both are looked at while `work` is done; what that came to without them is of no interest. */
export async function withTools<Result>(
  { preprod, prod }: { readonly preprod: Side; readonly prod: Side },
  work: () => Promise<Result>,
): Promise<Result> {
  const [result, ...looked] = await Promise.allSettled([
    work(),
    requireTools(prod.transport, "writing"),
    requireTools(preprod.transport, "reading"),
  ]);
  const failures = looked.flatMap((look) => (look.status === "rejected" ? [look.reason as unknown] : []));
  const missing = failures.find((failure) => isFailure(failure, "tool-missing"));
  if (missing !== undefined) throw missing;
  if (result.status === "rejected") throw result.reason;
  if (failures.length > 0) throw failures[0];
  return result.value;
}
