import { chmod, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { idFor } from "../../src/playground/seed.ts";
import { contents, snapshot } from "../compare-trees.ts";
import { openScene, type Scene } from "../scene.ts";

const old = { "app/health": "ok", "app/main.txt": "old\n", "app/kept.txt": "kept\n" };
const wanted = { "src/health": "ok", "src/main.txt": "new\n" };
const long = { timeoutSeconds: 60 };
const waiting = /Promote kitchen: PREPROD/;
const done = /PROD of kitchen is up to date and healthy/;

let scene: Scene;
let before: ReadonlyMap<string, string>;

const untouched = (): void => expect(snapshot(scene.prod)).toEqual(before);

async function propose(): Promise<void> {
  await scene.person("ana").types("/promote diff kitchen");
  await scene.person("bo").sees(waiting, long);
}

describe("Approve", () => {
  beforeEach(async () => {
    scene = await openScene({ preprod: wanted, prod: old });
    before = snapshot(scene.prod);
  });
  afterEach(() => scene.close());

  test("pressed by a stranger is refused in private, names who may, and leaves the plan to be approved", async () => {
    await propose();
    await scene.person("eve").presses("Approve & promote");
    await scene.person("eve").sees(/You may not decide this/, long);
    expect(scene.person("bo").canSee(/You may not decide this/)).toBe(false);
    untouched();
    await scene.person("bo").presses("Approve & promote");
    await scene.person("bo").sees(done, long);
  });

  test("pressed by the person who asked is refused, approver or not", async () => {
    const bo = scene.person("bo");
    await bo.types("/promote diff kitchen");
    await bo.sees(waiting, long);
    await bo.presses("Approve & promote");
    await bo.sees(/You asked for this promotion/, long);
    untouched();
  });

  test("pressed twice starts one promotion", async () => {
    await propose();
    const bo = scene.person("bo");
    await Promise.all([bo.presses("Approve & promote"), bo.presses("Approve & promote")]);
    await bo.sees(done, long);
    expect(await scene.bot.promotions.history("kitchen")).toHaveLength(1);
    expect(await scene.restarts()).toBe(1);
  });

  test("pressed by two people at once starts one promotion, and tells the slower one who was faster", async () => {
    await propose();
    const [bo, cy] = [scene.person("bo"), scene.person("cy")];
    await Promise.all([bo.presses("Approve & promote"), cy.presses("Approve & promote")]);
    await bo.sees(done, long);
    expect(await scene.bot.promotions.history("kitchen")).toHaveLength(1);
    expect(await scene.restarts()).toBe(1);
  });

  test("of a plan whose PREPROD changed writes nothing, names what moved and offers a new plan", async () => {
    await propose();
    await writeFile(join(scene.preprod, "src/main.txt"), "newer\n");
    const bo = scene.person("bo");
    await bo.presses("Approve & promote");
    await bo.sees(/This plan is stale/, long);
    await bo.sees(/src\/main\.txt/, long);
    untouched();
    await bo.presses("Make a new plan");
    await bo.sees(waiting, long);
    await scene.person("cy").presses("Approve & promote");
    await bo.sees(done, long);
    expect(await readFile(join(scene.prod, "app/main.txt"), "utf8")).toBe("newer\n");
  });

  test.each<[string, (prod: string) => Promise<void>]>([
    ["content", (prod) => writeFile(join(prod, "app/main.txt"), "by hand\n")],
    ["mode only", (prod) => chmod(join(prod, "app/main.txt"), 0o600)],
    ["a file gone", (prod) => rm(join(prod, "app/main.txt"))],
    ["a new file in a promoted directory", (prod) => writeFile(join(prod, "app/new by hand.txt"), "")],
  ])("of a plan whose PROD changed in %s writes nothing", async (_, change) => {
    await propose();
    await change(scene.prod);
    before = snapshot(scene.prod);
    const bo = scene.person("bo");
    await bo.presses("Approve & promote");
    await bo.sees(/This plan is stale/, long);
    untouched();
  });

  test("of a plan of which only times moved goes on, for nothing that decides the outcome did", async () => {
    await propose();
    await utimes(join(scene.prod, "app/main.txt"), new Date(0), new Date(0));
    await utimes(join(scene.preprod, "src/main.txt"), new Date(0), new Date(0));
    const bo = scene.person("bo");
    await bo.presses("Approve & promote");
    await bo.sees(done, long);
  });

  test("of a plan that somebody rejected is not there any more, and the reason is in the channel", async () => {
    await propose();
    const bo = scene.person("bo");
    await bo.presses("Reject");
    await bo.fills({ "Why?": "not today" }, long);
    await bo.submits();
    await scene.person("ana").sees(/not today/, long);
    await expect(scene.person("cy").presses("Approve & promote")).rejects.toThrow(/no button/);
    untouched();
  });

  test("of a locked app is refused, and rolling back stays possible", async () => {
    await propose();
    await scene.person("cy").types("/promote lock kitchen 2h the database is being moved");
    await scene.person("bo").sees(/the database is being moved/, long);
    await scene.person("bo").presses("Approve & promote");
    await scene.person("bo").sees(/locked by/, long);
    untouched();
    await scene.person("cy").types("/promote unlock kitchen");
    await scene.person("bo").sees(/was unlocked/, long);
    await scene.person("bo").presses("Approve & promote");
    await scene.person("bo").sees(done, long);
  });
});

test("an expired plan cannot be approved any more", async () => {
  const approvers = `[${idFor("U", "bo")}, ${idFor("U", "cy")}]`;
  scene = await openScene({
    preprod: wanted,
    prod: old,
    app: { approval: `{ approvers: ${approvers}, expires: 1s }` },
  });
  try {
    before = snapshot(scene.prod);
    await scene.person("ana").types("/promote diff kitchen");
    const bo = scene.person("bo");
    await bo.sees(/Promote kitchen|expired/i, long);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    if (bo.canSee(waiting)) await bo.presses("Approve & promote").catch(() => undefined);
    await bo.sees(/expired/i, long);
    untouched();
    expect(await scene.bot.promotions.history("kitchen")).toEqual([]);
  } finally {
    await scene.close();
  }
});

test("two approvals are two people's, and the second one starts it", async () => {
  const approvers = `[${idFor("U", "bo")}, ${idFor("U", "cy")}]`;
  scene = await openScene({
    preprod: wanted,
    prod: old,
    app: { approval: `{ approvers: ${approvers}, required: 2 }` },
  });
  try {
    before = snapshot(scene.prod);
    await propose();
    const [bo, cy] = [scene.person("bo"), scene.person("cy")];
    await bo.presses("Approve & promote");
    await bo.sees(/1 of 2/, long);
    await bo.presses("Approve & promote");
    untouched();
    await cy.presses("Approve & promote");
    await cy.sees(done, long);
    expect(contents(scene.prod).get("app/main.txt")).not.toEqual(before.get("app/main.txt"));
  } finally {
    await scene.close();
  }
});
