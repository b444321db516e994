import { describe, expect, test } from "vitest";
import type { ListedPoint } from "../backup/list-restore-points.ts";
import { PasserelleError } from "../errors.ts";
import { commonPoints } from "./common-points.ts";
import { factsOn, joinFacts } from "./host-facts.ts";
import { impactOf } from "./impact-of.ts";
import { done, failed, type Progress, type StepOutcome, type Target } from "./ports.ts";
import type { Facts, StepKind, StepName, StepRecord } from "./promotions.ts";
import { severalTargets } from "./targets.ts";

const because = { code: "unhealthy", details: { reason: "no answer" } };
type Does = (kind: StepKind, progress: Progress) => Promise<StepOutcome> | StepOutcome;

function fleet(does: Readonly<Record<string, Does>>) {
  const log: string[] = [];
  const reported: Facts[] = [];
  const hosts = Object.entries(does).map(([host, work]) => {
    const target = new Proxy({} as Target, {
      get: (_target, verb: string) => async (given: Progress) => {
        log.push(`${verb} ${host}`);
        if (verb === "isHeld" && host === "gone") throw new PasserelleError("host-lost", { host });
        if (verb === "isHeld") return host !== "shared";
        return verb === "letGo" ? undefined : work(verb as StepKind, given);
      },
    });
    return { host, target };
  });
  const progress: Progress = {
    report: (facts) => reported.push(facts),
    keep: async () => {},
    log: async () => {},
    note: async () => {},
    shouldStop: () => false,
  };
  return { targets: severalTargets(hosts), log, progress, reported };
}

describe("PROD on several hosts", () => {
  test("does a host's step there and nowhere else", async () => {
    const { targets, log, progress } = fleet({ a: () => done(), b: () => done() });
    expect((await targets.perform("swap@b", progress)).ok).toBe(true);
    expect(log).toEqual(["swap b"]);
    await expect(targets.perform("swap@gone", progress)).rejects.toThrow("no host gone");
  });

  test("tells a host that failed from one that cannot be reached any more", async () => {
    const unhealthy = () => failed("something", because);
    const { targets, progress } = fleet({ a: unhealthy, gone: unhealthy });
    expect(await targets.perform("health@a", progress)).toMatchObject({ wrote: "something" });
    expect(await targets.perform("health@gone", progress)).toMatchObject({ wrote: "unknown", because });
  });

  test("is locked in the order of names, up to the first that is held", async () => {
    const { targets, log, progress } = fleet({
      c: () => done(),
      a: () => done({ token: 3 }),
      b: () => failed("nothing", because),
    });
    expect(await targets.perform("lock", progress)).toMatchObject({
      ok: false,
      wrote: "nothing",
      because: { code: "unhealthy", details: { onHost: "b" } },
    });
    expect(log).toEqual(["lock a", "lock b"]);
  });

  test("is not locked when one of them was locked twice, under two names", async () => {
    const { targets, log, progress } = fleet({ a: () => done(), shared: () => done() });
    expect(await targets.perform("lock", progress)).toMatchObject({
      ok: false,
      wrote: "nothing",
      because: { code: "hosts-overlap", details: { host: "shared" } },
    });
    expect(log).toEqual(["lock a", "lock shared", "isHeld a", "isHeld shared"]);
  });

  test("is ready when all are, and says how many are while it is not", async () => {
    const { targets, progress, reported } = fleet({
      a: (_kind, { report }) => {
        report({ staged: 5, stagedOf: 10, rate: 2, secondsLeft: 3 });
        return done({ files: 3, healthBefore: "healthy" });
      },
      b: () => done({ files: 4, healthBefore: "unhealthy" }),
    });
    const outcome = await targets.perform("stage", progress);
    expect(outcome).toMatchObject({ ok: true, facts: { files: 4, healthBefore: "unhealthy", hosts: 2 } });
    expect(factsOn("a", outcome.facts)).toMatchObject({ files: 3, healthBefore: "healthy" });
    expect(factsOn("b", outcome.facts)).toMatchObject({ files: 4, healthBefore: "unhealthy" });
    expect(reported.at(-1)).toMatchObject({ staged: 5, secondsLeft: 3, hostsReady: 2, hostsOf: 2 });
  });

  test("stops the others when one fails, and tells of the one that failed", async () => {
    let began = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      began = resolve;
    });
    const { targets, progress } = fleet({
      a: async (_kind, { shouldStop }) => {
        began();
        while (!shouldStop()) await new Promise((resolve) => setTimeout(resolve, 1));
        return failed("nothing", { code: "stopped", details: {} });
      },
      b: async () => {
        await waiting;
        return failed("nothing", because, { excerpt: ["why"], moved: ["x"] });
      },
    });
    expect(await targets.perform("back-up", progress)).toMatchObject({
      ok: false,
      because: { code: "unhealthy", details: { onHost: "b" } },
      excerpt: ["why"],
      moved: ["x"],
    });
  });

  test("names the host of what is thrown, unless the sentence has it", async () => {
    const thrower = (details: Record<string, string>) => () => {
      throw new PasserelleError("host-lost", details);
    };
    const { targets, progress } = fleet({ a: () => done(), b: thrower({ host: "elsewhere" }) });
    await expect(targets.perform("stage", progress)).rejects.toMatchObject({
      code: "host-lost",
      details: { onHost: "b" },
    });
    const own = fleet({ a: () => done(), b: thrower({ host: "b" }) });
    await expect(own.targets.perform("stage", own.progress)).rejects.toMatchObject({
      details: { host: "b" },
    });
  });

  test("is let go of everywhere, also when one host cannot be reached", async () => {
    const { targets, log } = fleet({ a: () => done(), b: () => done() });
    await targets.letGo({ keepClaim: false });
    expect(log.sort()).toEqual(["letGo a", "letGo b"]);
  });
});

test("facts of one host are found again under the name of all", () => {
  const joined = joinFacts([
    { host: "a", facts: { mark: "1", verified: true } },
    { host: "b", facts: { mark: "2", verified: false } },
    { host: "c.example", facts: { mark: "1" } },
  ]);
  expect(joined).toMatchObject({ mark: "1", verified: false });
  expect(factsOn("b", joined)).toEqual({ mark: "2", verified: false });
  expect(factsOn("c.example", joined)).toMatchObject({ mark: "1" });
});

test("the impact of several hosts is the worst of them, and each of them", () => {
  const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const step = (name: StepName, from: number, to: number, facts: Facts = {}): StepRecord => ({
    ...{ name, status: "done", startedAt: at(from), finishedAt: at(to), facts },
  });
  const impact = impactOf({
    steps: [
      step("verify", 0, 1, { healthBefore: "healthy", filesChanged: 3 }),
      step("swap@a", 1, 2, { swapMilliseconds: 20 }),
      step("restart@a", 2, 3),
      step("health@a", 3, 5, { healthAfter: "healthy", answersAfter: "200 in 5 ms" }),
      step("swap@b", 5, 6, { swapMilliseconds: 40 }),
      step("restart@b", 6, 7, { untouched: true }),
      step("health@b", 7, 8, { untouched: true }),
    ],
  });
  expect(impact).toMatchObject({ downtimeSeconds: 3, swapMilliseconds: 40, filesChanged: 3 });
  expect(impact.hosts).toMatchObject([
    { host: "a", downtimeSeconds: 3, healthAfter: "healthy", untouched: false },
    { host: "b", downtimeSeconds: 0, untouched: true },
  ]);
});

describe("the restore points of several hosts", () => {
  const point = (id: string, createdAt: string, more: Partial<ListedPoint> = {}): ListedPoint => ({
    ...{ id, app: "kitchen", createdAt, archive: `${id}.tar`, archiveBytes: 10, archiveSha256: "0" },
    ...{ files: 3, health: "healthy", undo: "kept", sequence: 1, contentBytes: 10, reading: undefined },
    ...more,
  });

  test("are those that all have; the others say who lacks them", () => {
    const points = commonPoints([
      { host: "a", points: [point("pr_3", "3"), point("pr_1", "1")] },
      { host: "b", points: [point("pr_3", "3"), point("pr_2", "2"), point("pr_1", "1")] },
    ]);
    expect(points.map(({ id, lackedBy }) => [id, lackedBy])).toEqual([
      ["pr_3", undefined],
      ["pr_2", ["a"]],
      ["pr_1", undefined],
    ]);
  });

  test("are no better than on the worst host", () => {
    const [joined] = commonPoints([
      { host: "a", points: [point("pr_1", "1", { undo: "undone" })] },
      { host: "b", points: [point("pr_1", "1", { undo: "none", health: "unhealthy", archiveBytes: 20 })] },
    ]);
    expect(joined).toMatchObject({ health: "unhealthy", undo: "undone", archiveBytes: 20 });
  });
});
