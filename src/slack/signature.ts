// Whether a request really comes from Slack, now: its signature and the five minutes around it. Pure.

import { createHmac, timingSafeEqual } from "node:crypto";

export type Signed = {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Buffer;
};

export type Verdict = "genuine" | "unsigned" | "too-old" | "too-new" | "forged";

/** Either way: a request from the future would still be good when it is replayed later. */
const windowSeconds = 300;

export function judge({ timestamp, signature, body }: Signed, secret: string, now: Date): Verdict {
  if (signature === undefined || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return "unsigned";
  const expected = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex")}`;
  if (!sameText(signature, expected)) return "forged";
  const age = now.getTime() / 1000 - Number(timestamp);
  if (age > windowSeconds) return "too-old";
  return age < -windowSeconds ? "too-new" : "genuine";
}

function sameText(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
