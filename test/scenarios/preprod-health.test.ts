// PREPROD's own health check: told with a plan and in the status, and silent where nobody configured it.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openScene } from "../scene.ts";

const by = { id: "terminal:test", via: "terminal" } as const;
const files = {
  preprod: { "src/health": "ok", "src/main.txt": "new\n" },
  prod: { "app/health": "ok", "app/main.txt": "old\n" },
};

/** The app of the scene stands in for PREPROD's too: it answers what PROD's health file says. */
const asked = {
  ...files,
  app: ({ preprod, url }: { preprod: string; url: string }) => ({
    preprod: `{ host: local, root: "${preprod}", health: { http: [{ url: "${url}" }] } }`,
  }),
};

test("an unhealthy PREPROD is a warning of the plan with what it answered, and shows in the status", async () => {
  const scene = await openScene(asked);
  try {
    await writeFile(join(scene.prod, "app/health"), "no kitchen");
    const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
    const check = plan.checks.find(({ id }) => id === "preprod-health");
    expect(check).toMatchObject({
      level: "warn",
      message: expect.stringContaining("503"),
      findings: [{ code: "preprod-unhealthy", facts: { reason: expect.stringContaining("503") } }],
    });
    expect(await scene.bot.promotions.status("kitchen")).toMatchObject({ preprodHealth: "unhealthy" });
  } finally {
    await scene.close();
  }
});

test("a PREPROD that does not answer blocks where the app says so", async () => {
  const scene = await openScene({
    ...files,
    app: ({ preprod }) => ({
      preprod: `{ host: local, root: "${preprod}", health: { http: [{ url: "http://127.0.0.1:9/" }] } }`,
      checks: "{ preprod-health: block }",
    }),
  });
  try {
    const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
    expect(plan.checks.find(({ id }) => id === "preprod-health")).toMatchObject({ level: "block" });
  } finally {
    await scene.close();
  }
});

test("a healthy PREPROD is told as fine", async () => {
  const scene = await openScene(asked);
  try {
    const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
    expect(plan.checks.find(({ id }) => id === "preprod-health")).toMatchObject({ level: "ok" });
    expect(await scene.bot.promotions.status("kitchen")).toMatchObject({ preprodHealth: "healthy" });
  } finally {
    await scene.close();
  }
});

test("a PREPROD without a health check has no such result, and nobody knows how it is", async () => {
  const scene = await openScene(files);
  try {
    await rm(join(scene.prod, "app/health"));
    const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
    expect(plan.checks.map(({ id }) => id)).not.toContain("preprod-health");
    expect(await scene.bot.promotions.status("kitchen")).toMatchObject({ preprodHealth: "unknown" });
  } finally {
    await scene.close();
  }
});
