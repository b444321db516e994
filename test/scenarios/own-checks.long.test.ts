// An app's own checks: commands that see PROD as it would be, before anybody may approve it.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openScene, type Scene } from "../scene.ts";

const by = { id: "terminal:test", via: "terminal" } as const;
const files = {
  preprod: { "src/health": "ok", "src/main.txt": "new\n" },
  prod: { "app/health": "ok", "app/main.txt": "old\n", "kept.txt": "kept\n", "data/big": "big\n" },
};

async function withOwnChecks(checks: string, look: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await openScene({
    ...files,
    app: { "own-checks": checks, backup: "{ exclude: [data/] }" },
  });
  try {
    const before = snapshot(scene.prod);
    await look(scene);
    expect(snapshot(scene.prod)).toEqual(before);
    const left = join(scene.directory, ".passerelle/kitchen/checks");
    if (existsSync(left)) expect(readdirSync(left)).toEqual([]);
  } finally {
    await scene.close();
  }
}

test("a check that fails blocks the plan, and says its last lines without secrets", async () => {
  const run = "echo said xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx; exit 3";
  await withOwnChecks(`[{ name: tests, run: "${run}" }]`, async ({ bot }) => {
    const { plan } = await bot.promotions.propose({ app: "kitchen", by });
    const check = plan.checks.find(({ id }) => id === "tests");
    expect(check).toMatchObject({
      level: "block",
      findings: [{ code: "own-check-failed", facts: { code: 3, last: expect.stringContaining("said ") } }],
    });
    expect(JSON.stringify(check)).not.toContain("abcdefghijklmnopqrstuvwx");
    const decided = await bot.promotions.promoteNow({ app: "kitchen", by, plan: plan.id });
    expect(decided).toMatchObject({ outcome: "refused", refusal: { why: "blocked", checks: ["tests"] } });
  });
});

test("a check sees what is promoted, what stays and what is left out of backups, in a directory of its own", async () => {
  const run = "cat app/main.txt kept.txt data/big && echo more >> app/main.txt && echo more > made && pwd";
  const seen = "[ \\\"$(cat app/main.txt kept.txt data/big | tr '\\\\n' ' ')\\\" = 'new kept big ' ]";
  const checks = `[{ name: sees, run: "${seen}" }, { name: writes, run: "${run}" }]`;
  await withOwnChecks(checks, async ({ bot }) => {
    const { plan } = await bot.promotions.propose({ app: "kitchen", by });
    const own = plan.checks.filter(({ id }) => id === "sees" || id === "writes");
    expect(own).toMatchObject([
      { id: "sees", level: "ok" },
      { id: "writes", level: "ok" },
    ]);
  });
});

test("a check that takes too long is ended and is a warning where the app says so", async () => {
  const checks = "[{ name: slow, run: 'sleep 300 & sleep 300', level: warn, timeout: 1s }]";
  await withOwnChecks(checks, async ({ bot }) => {
    const { plan } = await bot.promotions.propose({ app: "kitchen", by });
    expect(plan.checks.find(({ id }) => id === "slow")).toMatchObject({
      level: "warn",
      findings: [{ code: "own-check-late", facts: { seconds: 1 } }],
    });
  });
});

test("looking for drift runs none of them", async () => {
  await withOwnChecks("[{ name: tests, run: 'echo ran > /dev/null; exit 1' }]", async (scene) => {
    await scene.bot.promotions.drift("kitchen");
    expect(existsSync(join(scene.directory, ".passerelle/kitchen/checks"))).toBe(false);
  });
});
