import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openScene } from "../scene.ts";

const by = { id: "terminal:test", via: "terminal" } as const;
const isRoot = process.getuid?.() === 0;
const files = {
  preprod: { "src/health": "ok", "src/main.txt": "new\n" },
  prod: { "app/health": "ok", "app/main.txt": "old\n" },
};

/** Whether the file system knows immutable files; a container's may not. */
function makeImmutable(path: string, on: boolean): boolean {
  try {
    execFileSync("chattr", [on ? "+i" : "-i", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("a path that the deploy user cannot replace blocks the plan before anyone may approve it", async ({
  skip,
}) => {
  const scene = await openScene(files);
  const path = join(scene.prod, "app/main.txt");
  const directory = join(scene.prod, "app");
  try {
    if (isRoot && !makeImmutable(path, true))
      skip("runs as root where files can be made immutable, or as another user");
    if (!isRoot) chmodSync(directory, 0o555);
    const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
    const check = plan.checks.find(({ id }) => id === "replaceable");
    expect(check).toMatchObject({ level: "block" });
    const decided = await scene.bot.promotions.promoteNow({ app: "kitchen", by, plan: plan.id });
    expect(decided).toMatchObject({
      outcome: "refused",
      refusal: { why: "blocked", checks: ["replaceable"] },
    });
  } finally {
    if (isRoot) makeImmutable(path, false);
    else chmodSync(directory, 0o755);
    await scene.close();
  }
});

test("paths that can be replaced, with room for them, are told as fine", async () => {
  const scene = await openScene(files);
  try {
    const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
    const levels = Object.fromEntries(plan.checks.map(({ id, level }) => [id, level]));
    expect(levels).toMatchObject({ replaceable: "ok", "disk-space": "ok" });
  } finally {
    await scene.close();
  }
});
