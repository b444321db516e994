import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noPostgres, type PostgresServer, startPostgresServer } from "../../test/postgres-server.ts";
import { newPlan, newPromotion, newRollback } from "../../test/store-samples.ts";
import type { Ending } from "../promotion/promotions.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

const early = "2026-03-01T10:00:00.000Z";
const late = "2026-03-03T10:00:00.000Z";

for (const engine of ["SQLite", "PostgreSQL"] as const) {
  const missing = engine === "SQLite" ? undefined : noPostgres;
  describe.skipIf(missing)(`the store on ${engine}${missing === undefined ? "" : ` (${missing})`}`, () => {
    let dataDir: string;
    let databaseUrl: string | undefined;
    let store: Store;
    let server: PostgresServer | undefined;
    const opened: Store[] = [];

    beforeAll(async () => {
      if (engine === "PostgreSQL") server = await startPostgresServer();
    }, 120_000);

    afterAll(() => server?.remove());

    const open = async (): Promise<Store> => {
      const another = await openStore({ dataDir, databaseUrl, role: "terminal" });
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      databaseUrl = await server?.database();
      dataDir = await mkdtemp(join(tmpdir(), "passerelle-store-"));
      store = await open();
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
      await rm(dataDir, { recursive: true, force: true });
    });

    test("keeps a plan exactly, with names that are not UTF-8", async () => {
      const plan = newPlan("pl_1", { onlyInProd: ["caf\udce9", "a\0b", "“quotes”\n", "\u{1F600}"] });
      await store.addPlan(plan, "C1");
      expect(await (await open()).plan("pl_1")).toEqual({
        plan,
        status: "open",
        decisions: [],
        promotionId: undefined,
        moved: [],
      });
      expect(await store.planChannel("pl_1")).toBe("C1");
      expect(await store.planChannel("pl_2")).toBeUndefined();
      expect(await store.plan("pl_2")).toBeUndefined();
    });

    test("keeps a plan of 20 000 changes", async () => {
      const change = { kind: "add", linesAdded: 1, linesRemoved: 0, binary: false } as const;
      const changes = Array.from({ length: 20_000 }, (_, index) => ({
        ...change,
        path: `some/where/file-${index}`,
      }));
      await store.addPlan(newPlan("pl_1", { changes }), undefined);
      expect((await store.plan("pl_1"))?.plan.changes).toEqual(changes);
    });

    test("lists the open plans of one app, oldest first", async () => {
      for (const id of ["pl_3", "pl_1", "pl_2"]) await store.addPlan(newPlan(id), undefined);
      await store.addPlan(newPlan("pl_4", { app: "other" }), undefined);
      await store.movePlan("pl_1", "open", "rejected", early);
      expect((await store.openPlans("shop")).map(({ id }) => id)).toEqual(["pl_3", "pl_2"]);
    });

    test("moves a plan only from the status that was expected", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      expect(await store.movePlan("pl_1", "open", "stale", early, ["caf\udce9", "b"])).toBe(true);
      expect(await store.movePlan("pl_1", "open", "rejected", early)).toBe(false);
      expect(await store.movePlan("pl_9", "open", "rejected", early)).toBe(false);
      expect(await store.plan("pl_1")).toMatchObject({ status: "stale", moved: ["caf\udce9", "b"] });
    });

    test("puts a plan in the place of an open one, once of many at the same time", async () => {
      await store.addPlan(newPlan("pl_0"), "C1");
      const others = await Promise.all([open(), open(), open()]);
      const took = await Promise.all(
        others.map((each, index) =>
          each.replacePlan("pl_0", newPlan(`pl_${index + 1}`, { shownIn: "pl_0" })),
        ),
      );
      expect(took.filter((one) => one)).toHaveLength(1);
      const winner = `pl_${took.indexOf(true) + 1}`;
      expect(await store.plan("pl_0")).toMatchObject({ status: "replaced", replacedBy: winner, moved: [] });
      expect((await store.openPlans("shop")).map(({ id }) => id)).toEqual([winner]);
      expect(await store.planChannel(winner)).toBe("C1");
      expect(await store.replacePlan("pl_9", newPlan("pl_8"))).toBe(false);
      expect(await store.plan("pl_8")).toBeUndefined();
    });

    test("does not approve an expired plan, however its time is written", async () => {
      await store.addPlan(newPlan("pl_1", { expiresAt: "2026-03-02T10:00:00Z" }), undefined);
      expect(await store.movePlan("pl_1", "open", "approved", "2026-03-02T10:00:00.000Z")).toBe(false);
      expect(await store.movePlan("pl_1", "open", "approved", "2026-03-02T09:59:59.999Z")).toBe(true);
    });

    test("counts one decision per person, and none on a plan that is decided", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      const ana = { by: "U1", verdict: "approve", at: early, reason: undefined, via: "slack" } as const;
      const bo = {
        by: "terminal:bo",
        verdict: "reject",
        at: late,
        reason: "not today",
        via: "terminal",
      } as const;
      const other = await open();
      const counted = await Promise.all(
        [store, other, store, other].map((each) => each.addDecision("pl_1", ana)),
      );
      expect(counted.filter((each) => each)).toHaveLength(1);
      expect(await store.addDecision("pl_1", bo)).toBe(true);
      expect((await store.plan("pl_1"))?.decisions).toEqual([ana, bo]);
      await store.movePlan("pl_1", "open", "rejected", late);
      expect(await store.addDecision("pl_1", { ...ana, by: "U3" })).toBe(false);
      expect(await store.addDecision("pl_9", ana)).toBe(false);
    });

    test("keeps that a decision was given knowing of hand edits in PROD", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      const knowing = {
        by: "U1",
        verdict: "approve",
        at: early,
        reason: undefined,
        via: "slack",
        acknowledgedDrift: true,
      } as const;
      await store.addDecision("pl_1", knowing);
      expect((await store.plan("pl_1"))?.decisions).toEqual([knowing]);
    });

    test("starts a plan once, of 100 calls at the same time over four connections", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      const stores = [store, await open(), await open(), await open()];
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          at(stores, index).startPromotion("pl_1", newPromotion(`pr_${index}`, "pl_1"), early),
        ),
      );
      const started = answers.flatMap((answer, index) => (answer === "started" ? [`pr_${index}`] : []));
      expect(started).toHaveLength(1);
      expect(answers.filter((answer) => answer === "not-open")).toHaveLength(99);
      expect(await store.allRunning()).toMatchObject([{ id: started[0], planId: "pl_1", status: "running" }]);
      expect(await store.plan("pl_1")).toMatchObject({ status: "approved", promotionId: started[0] });
    });

    test("runs one promotion per app, of 40 plans started at the same time", async () => {
      const stores = [store, await open()];
      for (let index = 0; index < 40; index += 1) await store.addPlan(newPlan(`pl_${index}`), undefined);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          at(stores, index).startPromotion(`pl_${index}`, newPromotion(`pr_${index}`, `pl_${index}`), early),
        ),
      );
      const winner = `pr_${answers.indexOf("started")}`;
      expect(answers.filter((answer) => answer === "started")).toHaveLength(1);
      expect(answers.filter((answer) => answer !== "started")).toEqual(Array(39).fill({ running: winner }));
      expect(await store.openPlans("shop")).toHaveLength(39);
      expect(await store.startRollback(newRollback("rb_1"))).toEqual({ running: winner });
      expect(await store.running("shop")).toMatchObject({ id: winner });
    });

    test("refuses to start an expired, rejected or unknown plan", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      expect(await store.startPromotion("pl_1", newPromotion("pr_1", "pl_1"), late)).toBe("expired");
      expect(await store.plan("pl_1")).toMatchObject({ status: "open", promotionId: undefined });
      await store.movePlan("pl_1", "open", "rejected", early);
      expect(await store.startPromotion("pl_1", newPromotion("pr_1", "pl_1"), early)).toBe("not-open");
      expect(await store.startPromotion("pl_9", newPromotion("pr_1", "pl_9"), early)).toBe("not-open");
      expect(await store.allRunning()).toEqual([]);
    });

    test("records a promotion's steps, with those of the way back after them", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      await store.startPromotion("pl_1", newPromotion("pr_1", "pl_1"), early);
      const facts = { files: 12, bytes: 5, ok: true, name: "caf\udce9" };
      const swap = { name: "swap", status: "failed", startedAt: early, finishedAt: late, facts } as const;
      const back = {
        name: "swap-back",
        status: "running",
        startedAt: late,
        finishedAt: undefined,
        facts: {},
      } as const;
      await store.setStep("pr_1", swap);
      await Promise.all([store.setStep("pr_1", back), (await open()).setStep("pr_1", back)]);
      const waiting = { status: "waiting", startedAt: undefined, finishedAt: undefined, facts: {} };
      expect((await store.promotion("pr_1"))?.steps).toEqual([{ name: "lock", ...waiting }, swap, back]);
      await expect(store.setStep("pr_9", back)).rejects.toThrow("pr_9");
    });

    test("ends a promotion once and lets the next one start", async () => {
      await store.startRollback(newRollback("rb_1"));
      const because = { code: "command-failed", details: { argv: ["a", "caf\udce9"] } };
      const parked: Ending = {
        outcome: "parked",
        failedStep: "swap",
        because,
        commands: ["passerelle status shop"],
      };
      const refused: Ending = { outcome: "refused", because, moved: [] };
      const ended = await Promise.all([
        store.endPromotion("rb_1", parked, late),
        (await open()).endPromotion("rb_1", refused, late),
      ]);
      expect(ended.filter((each) => each)).toHaveLength(1);
      expect(await store.promotion("rb_1")).toMatchObject({
        status: ended[0] ? "parked" : "refused",
        ending: ended[0] ? parked : refused,
        finishedAt: late,
      });
      expect(await store.running("shop")).toBeUndefined();
      expect(await store.startRollback(newRollback("rb_2"))).toBe("started");
    });

    test("tells the newest promotions first, page by page", async () => {
      for (const id of ["rb_b", "rb_a", "rb_c"]) {
        await store.startRollback(newRollback(id));
        await store.endPromotion(
          id,
          { outcome: "refused", because: { code: "x", details: {} }, moved: [] },
          late,
        );
      }
      const ids = async (limit: number, before?: string): Promise<string[]> =>
        (await store.history("shop", limit, before)).map(({ id }) => id);
      expect(await ids(2)).toEqual(["rb_c", "rb_a"]);
      expect(await ids(2, "rb_a")).toEqual(["rb_b"]);
      expect(await ids(5, late)).toEqual(["rb_c", "rb_a", "rb_b"]);
      expect(await ids(5, early)).toEqual([]);
      expect(await store.history("other", 5, undefined)).toEqual([]);
    });

    test("takes the first request to stop a running promotion", async () => {
      await store.startRollback(newRollback("rb_1"));
      expect(await store.requestStop("rb_9", "U1")).toBe(false);
      expect(await store.requestStop("rb_1", "U1")).toBe(true);
      expect(await store.requestStop("rb_1", "U2")).toBe(false);
      expect(await store.promotion("rb_1")).toMatchObject({ stopRequestedBy: "U1" });
    });

    test("numbers events without gaps, whoever adds them", async () => {
      await store.startRollback(newRollback("rb_1"));
      const stores = [store, await open()];
      const event = { at: early, kind: "log", step: undefined, facts: {}, excerpt: ["caf\udce9"] } as const;
      const added = await Promise.all(
        Array.from({ length: 40 }, (_, index) => at(stores, index).addEvent("rb_1", event)),
      );
      const sequences = added.map((each) => each?.sequence ?? 0).sort((left, right) => left - right);
      expect(sequences).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
      expect(await store.events("rb_1", 39)).toEqual([{ promotionId: "rb_1", sequence: 40, ...event }]);
      await expect(store.addEvent("rb_9", event)).rejects.toThrow("rb_9");
    });

    test("tells an event of one key once, and leaves no gap for the others", async () => {
      await store.startRollback(newRollback("rb_1"));
      await store.startRollback(newRollback("rb_2", "other"));
      const event = { at: early, kind: "step-done", step: "swap", facts: { n: 1 }, excerpt: [] } as const;
      const other = await open();
      const told = await Promise.all(
        [store, other, store].map((each) => each.addEvent("rb_1", event, "ended:swap")),
      );
      expect(told.filter((each) => each !== undefined)).toHaveLength(1);
      expect(await store.addEvent("rb_2", event, "ended:swap")).toMatchObject({ sequence: 1 });
      expect(await store.addEvent("rb_1", event)).toMatchObject({ sequence: 2 });
    });

    test("holds one lock per app until its time", async () => {
      const lock = { app: "shop", by: "U1", reason: "audit week", since: early, until: undefined };
      await store.setLock({ ...lock, reason: "first" });
      await store.setLock(lock);
      expect(await store.lock("shop", late)).toEqual(lock);
      await store.setLock({ ...lock, until: late });
      expect(await store.lock("shop", early)).toEqual({ ...lock, until: late });
      expect(await store.lock("shop", late)).toBeUndefined();
      expect(await store.removeLock("shop")).toBe(true);
      expect(await store.removeLock("shop")).toBe(false);
      expect(await store.lock("shop", early)).toBeUndefined();
    });

    test("remembers messages, and which of them are not settled", async () => {
      const message = { channel: "C1", ts: "1.2", toldSequence: 3, settled: false, shown: "abc" };
      await store.setMessage("plan:b", message);
      await store.setMessage("plan:a", message);
      expect(await store.unsettledMessages()).toEqual(["plan:a", "plan:b"]);
      await store.setMessage("plan:a", { ...message, toldSequence: 4, settled: true });
      expect(await store.message("plan:a")).toEqual({ ...message, toldSequence: 4, settled: true });
      expect(await store.unsettledMessages()).toEqual(["plan:b"]);
      expect(await store.message("plan:c")).toBeUndefined();
    });

    test("says once that something comes for the first time, however many ask, and forgets it after a day", async () => {
      const asked = await Promise.all(Array.from({ length: 8 }, () => store.firstTime("request", early)));
      expect(asked.filter((first) => first)).toHaveLength(1);
      expect(await store.firstTime("request", early)).toBe(false);
      const nextDay = new Date(Date.parse(early) + 25 * 60 * 60 * 1000).toISOString();
      expect(await store.firstTime("another", nextDay)).toBe(true);
      expect(await store.firstTime("request", nextDay)).toBe(true);
      expect(await store.recall("request")).toBeUndefined();
    });

    test("gives a lease to one holder at a time, who can prolong it, and says who had it before", async () => {
      const [one, other] = [await open(), await open()];
      const wish = (holder: string, at: string) => ({ name: "telling", holder, at, seconds: 30 });
      const first = await Promise.all(
        Array.from({ length: 8 }, (_, index) => at([one, other], index).lease(wish(`bot_${index}`, early))),
      );
      expect(first.filter((each) => each !== undefined)).toEqual([{ before: undefined }]);
      const holder = `bot_${first.findIndex((each) => each !== undefined)}`;
      expect(await other.lease(wish("late", early))).toBeUndefined();
      expect(await one.lease(wish(holder, early))).toEqual({ before: holder });
      await other.releaseLease({ name: "telling", holder: "late" });
      expect(await other.lease(wish("late", early))).toBeUndefined();
      await one.releaseLease({ name: "telling", holder });
      expect(await other.lease(wish("late", early))).toEqual({ before: holder });
      expect(await one.lease(wish(holder, "2026-03-01T10:00:31.000Z"))).toEqual({ before: "late" });
      await one.endLease("telling");
      expect(await other.lease(wish("late", early))).toEqual({ before: undefined });
    });

    test("recalls the latest value, and refuses text that would not come back the same", async () => {
      await store.remember("tree", JSON.stringify(["caf\udce9"]));
      await store.remember("tree", JSON.stringify(["caf\udce9", "\0"]));
      expect(JSON.parse((await store.recall("tree")) ?? "")).toEqual(["caf\udce9", "\0"]);
      expect(await store.recall("else")).toBeUndefined();
      await expect(store.remember("tree", "caf\udce9")).rejects.toThrow("as JSON");
      await expect(store.remember("tree", "a\0b")).rejects.toThrow("as JSON");
    });

    test("keeps the audit trail in order, newest first", async () => {
      for (const what of ["propose", "approve", "start"]) {
        await store.audit({ at: early, who: "U1", what, details: { app: "shop", path: "caf\udce9" } });
      }
      const trail = await store.auditTrail(2);
      expect(trail.map(({ what }) => what)).toEqual(["start", "approve"]);
      expect(trail[0]).toEqual({
        at: early,
        who: "U1",
        what: "start",
        details: { app: "shop", path: "caf\udce9" },
      });
    });

    test("forgets what is long over, and nothing that runs, waits, can be returned to or is among the newest", async () => {
      const ended: Ending = { outcome: "refused", because: { code: "stale", details: {} }, moved: [] };
      const event = { at: early, kind: "note", step: undefined, facts: {}, excerpt: [] } as const;
      for (const [index, name] of ["gone", "pinned", "returned", "young", "newest"].entries()) {
        await store.addPlan(newPlan(`pl_${name}`), "C1");
        await store.startPromotion(`pl_${name}`, newPromotion(`pr_${name}`, `pl_${name}`), early);
        await store.addEvent(`pr_${name}`, event);
        await store.endPromotion(`pr_${name}`, ended, index < 3 ? early : late);
        await store.setMessage(`plan:pl_${name}`, {
          ...{ channel: "C1", ts: "1.2", toldSequence: 1, shown: "x" },
          settled: name !== "pinned",
        });
        await store.remember(`patch:pl_${name}`, "diff");
      }
      await store.startRollback({ ...newRollback("rb_runs"), restorePointId: "pr_returned" });
      for (const status of ["rejected", "expired", "open"] as const) {
        await store.addPlan(newPlan(`pl_${status}`, { expiresAt: early }), undefined);
        if (status !== "open") await store.movePlan(`pl_${status}`, "open", status, early);
      }
      await store.addPlan(newPlan("pl_elsewhere", { app: "other", expiresAt: early }), undefined);
      await store.movePlan("pl_elsewhere", "open", "rejected", early);
      const what = { app: "shop", before: "2026-03-02T00:00:00.000Z", keep: ["pr_pinned"], keepNewest: 2 };
      expect(await store.forget(what)).toEqual({ plans: 3, promotions: 1 });
      expect(await store.forget(what)).toEqual({ plans: 0, promotions: 0 });
      const left = await store.history("shop", 10, undefined);
      expect(left.map(({ id }) => id)).toEqual([
        "rb_runs",
        "pr_newest",
        "pr_young",
        "pr_returned",
        "pr_pinned",
      ]);
      for (const id of ["pl_gone", "pl_rejected", "pl_expired"]) expect(await store.plan(id)).toBeUndefined();
      for (const id of ["pl_pinned", "pl_open", "pl_elsewhere"]) expect(await store.plan(id)).toBeDefined();
      expect(await store.events("pr_gone", 0)).toEqual([]);
      expect(await store.events("pr_pinned", 0)).toHaveLength(1);
      expect([await store.message("plan:pl_gone"), await store.recall("patch:pl_gone")]).toEqual([
        undefined,
        undefined,
      ]);
      expect(await store.unsettledMessages()).toEqual(["plan:pl_pinned"]);
    });

    test("tells another process what changed since it last asked", async () => {
      const other = await open();
      const { cursor: start } = await other.changesSince(0);
      await store.addPlan(newPlan("pl_1"), undefined);
      await store.setLock({ app: "shop", by: "U1", reason: "x", since: early, until: undefined });
      await store.startPromotion("pl_1", newPromotion("pr_1", "pl_1"), early);
      const first = await other.changesSince(start);
      expect(first.changes).toEqual([
        { kind: "plan", id: "pl_1" },
        { kind: "promotion", id: "pr_1" },
      ]);
      expect((await other.changesSince(first.cursor)).changes).toEqual([]);
      await store.addEvent("pr_1", { at: early, kind: "note", step: undefined, facts: {}, excerpt: [] });
      const second = await other.changesSince(first.cursor);
      expect(second).toEqual({ cursor: expect.any(Number), changes: [{ kind: "promotion", id: "pr_1" }] });
      expect(second.cursor).toBeGreaterThan(first.cursor);
      await store.movePlan("pl_1", "rejected", "open", early);
      expect(await other.changesSince(second.cursor)).toEqual({ cursor: second.cursor, changes: [] });
    });

    test("tells everything again to whoever remembers more than the database does", async () => {
      await store.addPlan(newPlan("pl_1"), undefined);
      expect((await store.changesSince(1_000_000)).changes).toEqual([{ kind: "plan", id: "pl_1" }]);
    });

    test("misses no change while others write", async () => {
      const stores = [await open(), await open()];
      for (let index = 0; index < 6; index += 1)
        await store.startRollback(newRollback(`rb_${index}`, `app_${index}`));
      let { cursor } = await store.changesSince(0);
      const event = { at: early, kind: "log", step: undefined, facts: {}, excerpt: [] } as const;
      let writing = true;
      const writes = Promise.all(
        Array.from({ length: 60 }, (_, index) => at(stores, index).addEvent(`rb_${index % 6}`, event)),
      ).finally(() => {
        writing = false;
      });
      const last = new Map<string, number>();
      const look = async (): Promise<void> => {
        const found = await store.changesSince(cursor);
        cursor = found.cursor;
        for (const { id } of found.changes) last.set(id, (await store.events(id, 0)).length);
      };
      while (writing) await look();
      await writes;
      await look();
      expect([...last.values()]).toEqual(Array(6).fill(10));
    });
  });
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error("the list is empty");
  return item;
}
