import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appWith, memoryOfAMap, rule } from "../../test/comparing.ts";
import { openLocal } from "../transport/local.ts";
import { compareSides } from "../tree/compare.ts";
import type { Change } from "../tree/plan.ts";
import { findDrift } from "./find-drift.ts";
import type { PromotionRecord } from "./promotions.ts";
import { describeLeft, recallLeft, rememberLeft } from "./what-was-left.ts";

const transport = openLocal();
const at = "2026-11-20T10:00:00.000Z";
const later = "2026-11-21T10:00:00.000Z";
const promotion: PromotionRecord = {
  id: "pr_1",
  app: "kitchen",
  kind: "promotion",
  planId: undefined,
  restorePointId: undefined,
  requester: "U_ANA",
  approvedBy: ["U_BO"],
  reason: undefined,
  status: "done",
  steps: [],
  stopRequestedBy: undefined,
  startedAt: at,
  finishedAt: at,
  ending: undefined,
};
let base: string;
let memory: ReturnType<typeof memoryOfAMap>;
let history: PromotionRecord[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "drift-"));
  memory = memoryOfAMap();
  history = [];
  for (const side of ["preprod/src", "prod/app"]) mkdirSync(join(base, side), { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const write = (path: string, content: string): void => writeFileSync(join(base, path), content);
const local = { hosts: [{ kind: "local", name: "local" }] } as const;
const app = () =>
  appWith({
    paths: [rule("src/", "app/")],
    preprod: { ...local, root: join(base, "preprod") },
    prod: { ...local, root: join(base, "prod") },
  });
const sides = () => ({
  preprod: { transport, root: join(base, "preprod") },
  prod: { transport, root: join(base, "prod") },
});

/** PROD as it is now is what a promotion left. */
async function leave(): Promise<void> {
  const prod = { ...sides().prod, stateDir: join(base, ".passerelle/kitchen") };
  const text = await describeLeft({
    prod,
    app: app(),
    record: promotion,
    plan: undefined,
    changes: [],
    before: undefined,
    at,
  });
  await rememberLeft(sides().prod, app(), memory, text);
}

async function drift(during?: string): Promise<readonly string[]> {
  const kept = await recallLeft(sides().prod, app(), memory);
  const compared = await compareSides({ ...sides(), app: app(), memory });
  const store = { ...memory, history: async () => history, plan: async () => undefined };
  return (await findDrift(app(), compared, kept, { store, during, host: undefined })).map(
    ({ path, was }) => `${was} ${path}`,
  );
}

function ran(id: string, status: PromotionRecord["status"], paths: readonly string[]): void {
  const changes = paths.map(
    (path): Change => ({ kind: "change", path, linesAdded: 0, linesRemoved: 0, binary: false }),
  );
  memory.values.set(`changes:${id}`, JSON.stringify(changes));
  const finishedAt = status === "running" ? undefined : later;
  history.unshift({ ...promotion, id, kind: "rollback", planId: undefined, status, finishedAt });
}

describe("between two plans", () => {
  beforeEach(async () => {
    for (const name of ["a", "b"]) {
      write(`preprod/src/${name}`, "same\n");
      write(`prod/app/${name}`, "same\n");
    }
    await leave();
    write("prod/app/a", "other\n");
    write("prod/app/b", "other\n");
  });

  test("what was changed in PROD is drift, as often as it is asked for", async () => {
    for (const _ of [1, 2, 3]) expect(await drift()).toEqual(["changed app/a", "changed app/b"]);
    write("prod/app/b", "same\n");
    expect(await drift()).toEqual(["changed app/a"]);
  });

  test("what a promotion put there that had to be parked is not called a hand edit", async () => {
    ran("rb_2", "parked", ["app/b"]);
    expect(await drift()).toEqual(["changed app/a"]);
  });

  test("a promotion that is about to begin does not hide what it would overwrite", async () => {
    ran("rb_2", "running", ["app/a", "app/b"]);
    expect(await drift()).toEqual([]);
    expect(await drift("rb_2")).toEqual(["changed app/a", "changed app/b"]);
  });

  test("without a word of what was left there is none", async () => {
    memory.values.clear();
    expect(await drift()).toEqual([]);
  });
});

test("the target's own word counts, and the bot keeps it", async () => {
  write("prod/app/a", "left by another bot\n");
  write("preprod/src/a", "mine\n");
  await leave();
  const [, text] = [...memory.values].find(([key]) => key.startsWith("left:")) ?? [];
  expect(text).toBeDefined();
  const kept = await recallLeft(sides().prod, app(), memory);
  const left = await kept?.read();
  mkdirSync(join(base, ".passerelle/kitchen"), { recursive: true });
  write(".passerelle/kitchen/current", JSON.stringify({ ...left, promotion: "pr_of_another_bot" }));
  const recalled = await recallLeft(sides().prod, app(), memory);
  expect(await recalled?.read()).toMatchObject({ promotion: "pr_of_another_bot" });
  rmSync(join(base, ".passerelle"), { recursive: true });
  expect(await (await recallLeft(sides().prod, app(), memory))?.read()).toMatchObject({
    promotion: "pr_of_another_bot",
  });
});
