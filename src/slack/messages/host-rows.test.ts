import { describe, expect, test } from "vitest";
import type { Ending, PromotionRecord, StepRecord } from "../../promotion/promotions.ts";
import { promotionStepsOf } from "../../promotion/steps-of.ts";
import { describePlan } from "../../terminal/diff.ts";
import type { Plan } from "../../tree/plan.ts";
import { fits } from "./budget.ts";
import { endedMessage } from "./ended-message.ts";
import { planMessage } from "./plan-message.ts";
import { runningMessage } from "./running-message.ts";
import { approval, english, french, plan, promotion, restart } from "./sample-records.ts";
import { threadReplies } from "./thread-lines.ts";

const now = new Date("2026-11-22T07:26:00.000Z");
const names = Array.from(
  { length: 20 },
  (_, index) => `web-${String(index + 1).padStart(2, "0")}.example.org`,
);

function record(
  hosts: readonly string[],
  states: Readonly<Record<string, Partial<StepRecord>>>,
): PromotionRecord {
  const prod = { root: "/srv", hosts: hosts.map((name) => ({ kind: "local", name }) as never) };
  const began = promotionStepsOf({ prod, rehearse: undefined });
  const more = Object.keys(states).filter((name) => !began.some((step) => step === name));
  const steps = [...began, ...more].map((name): StepRecord => {
    const state = states[name];
    const at = state === undefined ? undefined : "2026-11-22T07:25:07.000Z";
    return { name, status: "waiting", facts: {}, startedAt: at, finishedAt: at, ...state } as StepRecord;
  });
  return { ...promotion, steps };
}

const isDone: Partial<StepRecord> = { status: "done" };
const through = (host: string): Readonly<Record<string, Partial<StepRecord>>> => ({
  [`swap@${host}`]: isDone,
  [`restart@${host}`]: isDone,
  [`health@${host}`]: { status: "done", facts: { answersAfter: "200 in 84 ms" } },
});

function textOf(blocks: readonly unknown[]): string {
  return blocks
    .map((block) => (block as { readonly text?: { readonly text?: string } }).text?.text ?? "")
    .join("\n");
}

describe("a promotion to several hosts", () => {
  const common = { lock: isDone, verify: isDone, "back-up": isDone, stage: isDone };

  test("shows each host in a line, with what it is in the middle of", () => {
    const running: Partial<StepRecord> = { status: "running", finishedAt: undefined } as Partial<StepRecord>;
    const steps = { ...common, ...through("a"), "swap@b": isDone, "restart@b": running };
    const told = textOf(runningMessage(english, record(["a", "b", "c"], steps), now).blocks);
    expect(told).toContain(":white_check_mark: a — new version, healthy, 200 in 84 ms\n");
    expect(told).toContain(":arrows_counterclockwise: *Restart on b*");
    expect(told).toContain(":white_circle: c — waits");
    expect(told).toContain("step 6 of 8");
    const french3 = textOf(runningMessage(french, record(["a", "b", "c"], steps), now).blocks);
    expect(french3).toContain("a — nouvelle version, en bonne santé");
    expect(french3).toContain("c — attend");
  });

  test("says of each host what it is when a person is needed", () => {
    const ending: Ending = {
      outcome: "parked",
      failedStep: "swap-back@b",
      because: { code: "host-lost", details: { host: "b" } },
      commands: ["passerelle rollback kitchen --to pr_51"],
      hosts: [
        { host: "a", is: "before" },
        { host: "b", is: "unknown" },
        { host: "c", is: "after" },
      ],
    };
    const told = textOf(endedMessage(english, record(["a", "b", "c"], common), ending, []).blocks);
    expect(told).toMatch(/parked at “Swap back on b”/);
    expect(told).toContain("a — as it was before");
    expect(told).toContain("b — nobody could look what it is");
    expect(told).toContain("c — has the new version");
  });

  test("names the host in the thread", () => {
    const event = { promotionId: "pr_51", sequence: 1, at: now.toISOString(), excerpt: [] } as const;
    const { replies } = threadReplies(english, record(["a", "b"], through("a")), [
      { ...event, kind: "step-done", step: "health@a", facts: { answersAfter: "200 in 84 ms" } },
      {
        ...{ ...event, sequence: 2, kind: "step-failed", step: "stage" },
        facts: { code: "disk-full", onHost: "b" },
      },
    ]);
    const told = textOf(replies.flatMap(({ message }) => message.blocks));
    expect(told).toContain("Health check on a — 200 in 84 ms");
    expect(told).toMatch(/\*Stage\* — b: /);
  });

  test("fits into a message for twenty hosts, whatever became of them", () => {
    const worst = Object.fromEntries(
      names.flatMap((name) => [
        ...Object.entries(through(name)),
        [`health@${name}`, { status: "failed", facts: { reason: "x".repeat(300) } }],
        [`swap-back@${name}`, isDone],
        [`restart-back@${name}`, isDone],
        [`health-back@${name}`, { status: "failed", facts: { reason: "y".repeat(300) } }],
      ]),
    ) as Readonly<Record<string, Partial<StepRecord>>>;
    const because = { code: "unhealthy", details: { reason: "z".repeat(500) } };
    const endings: readonly Ending[] = [
      {
        outcome: "rolled-back",
        failedStep: `health@${names[19] ?? ""}`,
        because,
        health: "unhealthy",
      },
      {
        ...{ outcome: "parked", failedStep: `swap-back@${names[0] ?? ""}`, because },
        commands: ["passerelle rollback kitchen --to pr_51"],
        hosts: names.map((host) => ({ host, is: "unknown" })),
      },
    ];
    for (const voice of [english, french]) {
      const running = runningMessage(voice, record(names, { ...common, ...worst }), now);
      expect(fits(running)).toBe(true);
      for (const name of names) expect(textOf(running.blocks)).toContain(name);
      for (const ending of endings) {
        const ended = endedMessage(voice, record(names, { ...common, ...worst }), ending, ["line"]);
        expect(fits(ended)).toBe(true);
        if (ending.outcome === "parked")
          for (const name of names) expect(textOf(ended.blocks)).toContain(name);
      }
    }
  });
});

describe("a plan for several hosts", () => {
  const hosts = ["a", "b", "c"].map((name) => ({ name, before: [], kept: 4 }));
  const [main, ...others] = plan.changes;
  if (main === undefined) throw new Error("the sample has no change");
  const differing: Plan = {
    ...{ ...plan, hosts, batch: 2 },
    changes: [{ ...main, hosts: ["b"] }, ...others],
    drift: [{ path: main.path, was: "changed", since: "2026-11-22T06:00:00.000Z", hosts: ["b"] }],
    checks: [
      {
        ...{ id: "replaceable", level: "block", message: "b: one cannot", where: [] },
        findings: [
          {
            ...{ code: "obstacle", path: "streamlit/main.py", line: 0, message: "b: it is immutable" },
            facts: { reason: "immutable", onHost: "b" },
          },
        ],
      },
    ],
  };
  const shown = (voice: typeof english): string =>
    JSON.stringify(
      planMessage(voice, { plan: differing, decisions: [], approval, restart, last: undefined }).blocks,
    );

  test("names them, how they change, and what is only on some", () => {
    const told = shown(english);
    expect(told).toContain("*PROD* 3 hosts: a, b, c");
    expect(told).toMatch(/main\.py \(b\)/);
    expect(told).toContain("(changed, b)");
    expect(told).toContain("b: cannot be replaced: it is marked immutable");
    expect(shown(french)).toContain("*PROD* 3 machines : a, b, c");
  });

  test("says so at a terminal", () => {
    const lines = describePlan(differing, english.texts).join("\n");
    expect(lines).toContain("PROD: 3 hosts: a, b, c. The 3 hosts change 2 at a time.");
    expect(lines).toMatch(/M streamlit\/main\.py.*\[b\]/);
    expect(lines).toMatch(/! streamlit\/main\.py {2}\[b\]/);
  });
});
