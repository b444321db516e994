import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { createPromotions, type RunningPromotions } from "../../src/promotion/create-promotions.ts";
import type { Decided } from "../../src/promotion/promotions.ts";
import type { Workbench } from "../../src/promotion/workbench.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { writeFiles } from "../scene.ts";

const rounds = 100;
let directory: string;
let stores: Store[];
/** Two bots on one database, as a bot and a terminal are. */
let bots: RunningPromotions[];
let started: string[];

/** Plans always the same one change, and touches no machine: only decisions are looked at here. */
const workbench: Workbench = {
  plan: async (app) => ({
    app: app.name,
    digest: "sha256:1",
    groups: [],
    changes: [{ kind: "add", path: "app/a", linesAdded: 1, linesRemoved: 0, binary: false }],
    summary: { added: 1, changed: 0, removed: 0, kept: 0, bytes: 1, linesAdded: 1, linesRemoved: 0 },
    onlyInProd: [],
    unexplained: [],
    drift: [],
    checks: [],
  }),
  patch: async () => "",
  images: async () => ({ images: [], left: 0 }),
  bringBack: async () => "",
  restorePoints: async () => [],
  verify: async () => [],
  health: async () => [{ host: "local", health: "unknown" }],
  preprodHealth: async () => "unknown",
  openTargets: () => {
    throw new Error("nothing is carried out here");
  },
  commands: () => [],
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "passerelle-race-"));
  await writeFiles(directory, {
    "passerelle.yml": `apps:
  kitchen:
    channel: C0KITCHEN00
    preprod: { host: local, root: ${directory}/preprod }
    prod: { host: local, root: ${directory}/prod }
    paths: [{ from: src/, to: app/ }]
    approval: { approvers: [U00000000BO, U00000000CY] }
`,
  });
  const config = await readConfig(join(directory, "passerelle.yml"));
  const dataDir = join(directory, "data");
  started = [];
  let ids = 0;
  stores = [];
  bots = [];
  for (const role of ["bot", "terminal"] as const) {
    const store = await openStore({ dataDir, databaseUrl: undefined, role });
    stores.push(store);
    bots.push(
      createPromotions({
        config,
        store,
        workbench,
        membership: { approvers: async (named) => new Set(named) },
        start: async (id) => {
          started.push(id);
        },
        now: () => new Date(),
        newId: () => `${++ids}`,
        mask: (text) => text,
        onError: (error) => {
          throw error;
        },
      }),
    );
  }
});

afterEach(async () => {
  for (const bot of bots) bot.close();
  for (const store of stores) await store.close();
  await rm(directory, { recursive: true, force: true });
});

async function propose(): Promise<string> {
  const proposal = await bots[0]?.propose({ app: "kitchen", by: { id: "U0000000ANA", via: "slack" } });
  return proposal?.plan.id ?? "";
}

function click(planId: string, who: string, verdict: "approve" | "reject", bot: number): Promise<Decided> {
  const running = bots[bot];
  if (running === undefined) throw new Error("there are two bots");
  return running.decide({ planId, by: { id: who, via: "slack" }, verdict, channel: "C0KITCHEN00" });
}

async function endRunning(): Promise<void> {
  const store = stores[0];
  for (const { id } of (await store?.allRunning()) ?? []) {
    const because = { code: "stopped", details: {} };
    await store?.endPromotion(id, { outcome: "refused", because, moved: [] }, new Date().toISOString());
  }
}

test(`in ${rounds} rounds of two people approving in the same moment, one promotion starts each time`, async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const plan = await propose();
    const decided = await Promise.all([
      click(plan, "U00000000BO", "approve", 0),
      click(plan, "U00000000CY", "approve", 1),
    ]);
    expect(decided.filter(({ outcome }) => outcome === "started")).toHaveLength(1);
    expect(started).toHaveLength(round);
    await endRunning();
  }
}, 120_000);

test(`in ${rounds} rounds of one person pressing twice, one promotion starts each time`, async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const plan = await propose();
    const decided = await Promise.all([0, 1].map((bot) => click(plan, "U00000000BO", "approve", bot)));
    expect(decided.filter(({ outcome }) => outcome === "started")).toHaveLength(1);
    expect(started).toHaveLength(round);
    await endRunning();
  }
}, 120_000);

test(`in ${rounds} rounds of approving and rejecting in the same moment, exactly one of them happens`, async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const before = started.length;
    const plan = await propose();
    const decided = await Promise.all([
      click(plan, "U00000000BO", "approve", round % 2),
      click(plan, "U00000000CY", "reject", (round + 1) % 2),
    ]);
    const happened = decided.filter(({ outcome }) => outcome === "started" || outcome === "rejected");
    expect(happened).toHaveLength(1);
    expect(started.length - before).toBe(happened[0]?.outcome === "started" ? 1 : 0);
    const status = (await bots[1]?.plan(plan))?.status;
    expect(status).toBe(happened[0]?.outcome === "started" ? "approved" : "rejected");
    await endRunning();
  }
}, 120_000);
