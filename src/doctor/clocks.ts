// How far two clocks may be apart. Pure.

import { type Finding, type FindingCode, type FindingFacts, ok, warning, wrong } from "./finding.ts";

const warnSeconds = 30;
/** What Slack takes of a signature, and what deadlines can bear. */
const wrongSeconds = 300;

export function clockVerdict(
  aheadSeconds: number,
  codes: { readonly good: FindingCode; readonly apart: FindingCode },
  facts: FindingFacts = {},
): Finding {
  const apartSeconds = Math.abs(aheadSeconds);
  if (apartSeconds <= warnSeconds) return ok(codes.good, { ...facts, apartSeconds });
  const judge = apartSeconds <= wrongSeconds ? warning : wrong;
  return judge(codes.apart, { ...facts, aheadSeconds });
}
