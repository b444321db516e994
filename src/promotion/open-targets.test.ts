import { expect, test } from "vitest";
import { appWith } from "../../test/comparing.ts";
import { openTargets } from "./open-targets.ts";
import type { Progress } from "./ports.ts";
import type { PromotionRecord, StepName } from "./promotions.ts";
import { promotionStepsOf } from "./steps-of.ts";

const unreachable = new Error("nothing may be reached");
const nowhere = new Proxy({}, { get: () => () => Promise.reject(unreachable) }) as never;

/** A promotion that began on some hosts of PROD, gone on with under a configuration that has others. */
function goOn(began: readonly string[], now: readonly string[]) {
  const side = (names: readonly string[]) => ({
    root: "/srv/prod",
    hosts: names.map((name) => ({ kind: "local", name }) as never),
  });
  const steps = promotionStepsOf({ prod: side(began), rehearse: undefined });
  const record = {
    ...{ id: "pr_1", app: "kitchen", kind: "rollback", approvedBy: [], requester: "U1" },
    steps: steps.map((name) => ({ name, status: "done", facts: {} })),
  } as unknown as PromotionRecord;
  const root = { transport: nowhere, root: "/srv" };
  const targets = openTargets({
    ...{ app: { ...appWith({}), prod: side(now) }, record, plan: undefined, store: nowhere },
    places: now.map((name) => ({
      host: { kind: "local", name } as never,
      one: now.length > 1 ? name : undefined,
      sides: { preprod: root, prod: root },
    })),
    transports: { for: () => nowhere },
    now: () => new Date(),
    patchNow: async () => "",
  });
  return (step: StepName) => targets.perform(step, {} as Progress);
}

test("a promotion of one host never becomes one of several", async () => {
  const perform = goOn(["a"], ["a", "b"]);
  for (const step of ["swap", "restart", "swap-back", "finish"] as const)
    await expect(perform(step)).rejects.toThrow("began when PROD had one host");
});

test("a promotion of several hosts keeps to those with which it began", async () => {
  await expect(goOn(["a", "b"], ["a"])("swap@b")).rejects.toThrow("no host b any more");
  await expect(goOn(["a", "b"], ["a", "b", "c"])("swap@c")).rejects.toThrow("no host c any more");
  await expect(goOn(["a", "b"], ["a"])("swap@a")).rejects.toThrow(unreachable);
});
