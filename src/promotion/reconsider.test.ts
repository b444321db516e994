import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appWith } from "../../test/comparing.ts";
import { newPlan, newPromotion } from "../../test/store-samples.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { type ReconsiderOptions, reconsider } from "./reconsider.ts";

const at = "2026-03-01T10:00:00.000Z";
let directory: string;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "reconsider-"));
  store = await openStore({ databaseUrl: undefined, dataDir: directory, role: "terminal" });
  await store.addPlan(newPlan("pl_1"), "C0");
  await store.addDecision("pl_1", { by: "U1", verdict: "approve", at, reason: undefined, via: "slack" });
  await store.startPromotion("pl_1", newPromotion("pr_1", "pl_1"), at);
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const app = {
  ...appWith({}),
  name: "shop",
  approval: { approvers: ["U1"], required: 1, byRequester: false, expiresSeconds: 3600 },
};

/** Slack is away for the first `outages` questions; each question takes a second of the clock. */
async function ask(outages: number, more: Partial<ReconsiderOptions> = {}) {
  const record = await store.promotion("pr_1");
  if (record === undefined) throw new Error("the promotion is not there");
  let asked = 0;
  let clock = Date.parse(at);
  const because = await reconsider(record, app, {
    store,
    membership: {
      async approvers(of) {
        asked += 1;
        if (asked <= outages) throw new Error("HTTP 503");
        return new Set(of);
      },
    },
    now: () => {
      clock += 1000;
      return new Date(clock);
    },
    patienceMilliseconds: 20_000,
    retryMilliseconds: 1,
    ...more,
  });
  return { code: because?.code, asked };
}

test("an approval outlives a Slack that is away for a moment", async () => {
  expect(await ask(3)).toEqual({ code: undefined, asked: 4 });
});

test("a Slack that stays away ends it, and nothing was written", async () => {
  const { code, asked } = await ask(Number.POSITIVE_INFINITY);
  expect(code).toBe("membership-unknown");
  expect(asked).toBeGreaterThan(3);
});

test("a lock that is set while Slack is away counts at once", async () => {
  let looks = 0;
  const { code } = await ask(Number.POSITIVE_INFINITY, {
    store: {
      ...store,
      lock: async (name) => {
        looks += 1;
        if (looks < 3) return undefined;
        return { app: name, by: "U2", reason: "cooking", since: at, until: undefined };
      },
    },
  });
  expect([code, looks]).toEqual(["locked", 3]);
});

test("somebody who is no approver any more is not asked about twice", async () => {
  const membership = { approvers: async () => new Set<string>() };
  expect((await ask(0, { membership })).code).toBe("approval-void");
});
