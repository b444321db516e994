// Our Slack room on a stage: a playground, the real promotion room over a real database, and a stagehand for the work on machines.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RestorePoint } from "../../src/backup/restore-point.ts";
import type { AppConfig, Config, Environment } from "../../src/config/config.ts";
import type { WorkspaceSeed } from "../../src/playground/seed.ts";
import { type Playground, type PlaygroundOptions, startPlayground } from "../../src/playground/server.ts";
import type { ChangedImages } from "../../src/promotion/changed-images.ts";
import { createPromotions, type RunningPromotions } from "../../src/promotion/create-promotions.ts";
import type { Ending, Facts, StepName } from "../../src/promotion/promotions.ts";
import { endPromotion } from "../../src/promotion/run.ts";
import type { Workbench } from "../../src/promotion/workbench.ts";
import { openMembership, type SlackOptions, type SlackRoom, startSlack } from "../../src/slack/app.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import type { PlanBody } from "../../src/tree/plan.ts";

export const seed: WorkspaceSeed = {
  people: [{ name: "ana" }, { name: "bo" }, { name: "cy" }, { name: "guest", guest: true }],
  groups: [{ handle: "release", id: "S0RELEASE", members: ["bo", "cy"] }],
  channels: [
    { name: "kitchen", id: "C0KITCHEN" },
    { name: "lounge", id: "C0LOUNGE" },
  ],
};

export type Stage = {
  readonly playground: Playground;
  readonly store: Store;
  readonly promotions: RunningPromotions;
  readonly config: Config;
  readonly environment: Environment;
  readonly logs: readonly string[];
  slack(): SlackRoom;
  /** What the next `diff` will find. */
  finds(plan: Partial<PlanBody>): void;
  restorePoints(points: readonly RestorePoint[]): void;
  /** What the images of the next plan are. */
  images(images: ChangedImages): void;
  /** The ids that were handed over to be carried out, in order. */
  readonly started: readonly string[];
  /** Records a step as the machines' side does. */
  step(
    promotionId: string,
    name: StepName,
    status: "running" | "done" | "failed",
    more?: StepMore,
  ): Promise<void>;
  ends(promotionId: string, ending: Ending): Promise<void>;
  startSlack(options?: Partial<SlackOptions>): Promise<SlackRoom>;
  stop(): Promise<void>;
};

type StepMore = { readonly facts?: Facts; readonly excerpt?: readonly string[] };

export async function setStage(
  options: {
    readonly app?: Partial<AppConfig>;
    readonly playground?: Partial<PlaygroundOptions>;
    readonly locale?: Config["locale"];
    readonly slack?: Partial<SlackOptions> | "later";
    /** PostgreSQL instead of a data directory. */
    readonly databaseUrl?: string;
    /** Another stage whose Slack this one's bot joins. */
    readonly beside?: Pick<Stage, "playground">;
  } = {},
): Promise<Stage> {
  const playground = options.beside?.playground ?? (await startPlayground({ seed, ...options.playground }));
  const dataDir = await mkdtemp(join(tmpdir(), "passerelle-stage-"));
  const store = await openStore({ dataDir, databaseUrl: options.databaseUrl, role: "bot" });
  const config = kitchen(options.app ?? {}, options.locale ?? "en");
  const environment: Environment = {
    slack: {
      botToken: playground.botToken,
      appToken: playground.appToken,
      signingSecret: undefined,
      port: undefined,
      apiUrl: playground.apiUrl,
    },
    configFile: config.file,
    dataDir,
    databaseUrl: options.databaseUrl,
    logLevel: "info",
  };
  const logs: string[] = [];
  const note = (level: string) => (facts: object, message: string) => {
    const reason =
      "err" in facts && facts.err instanceof Error ? (facts.err.stack ?? "") : JSON.stringify(facts);
    logs.push(`${level} ${message} ${reason}`);
  };
  const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const membership = openMembership({ environment, logger });
  const started: string[] = [];
  let found: Partial<PlanBody> = {};
  let images: ChangedImages = { images: [], left: 0 };
  let points: readonly RestorePoint[] = [];
  const workbench: Workbench = {
    plan: async (app, { groups }) => ({ ...foundBody, app: app.name, groups, ...found }),
    patch: async () => "--- streamlit/main.py\n+++ streamlit/main.py\n@@ -1 +1 @@\n-old\n+new\n",
    images: async () => images,
    bringBack: async (app) => `# brings drift of ${app.name} back\n`,
    restorePoints: async () => points,
    verify: async () => [],
    health: async () => [{ host: "local", health: "healthy" }],
    preprodHealth: async () => "unknown",
    openTargets: () => {
      throw new Error("nothing is carried out on this stage");
    },
    commands: () => [],
  };
  const promotions = createPromotions({
    config,
    store,
    workbench,
    membership,
    start: async (id) => {
      started.push(id);
    },
    now: () => new Date(),
    newId: () => randomBytes(5).toString("hex"),
    mask: (text) => text,
    onError: (error) => logs.push(`error promotions ${String(error)}`),
    pollMilliseconds: 20,
  });
  const rooms: SlackRoom[] = [];
  const at = () => new Date().toISOString();
  const stage: Stage = {
    playground,
    store,
    promotions,
    config,
    environment,
    logs,
    started,
    slack() {
      const room = rooms.at(-1);
      if (room === undefined) throw new Error("Slack was not started on this stage");
      return room;
    },
    finds: (plan) => {
      found = plan;
    },
    restorePoints: (given) => {
      points = given;
    },
    images: (given) => {
      images = given;
    },
    async step(promotionId, name, status, { facts = {}, excerpt = [] } = {}) {
      const record = await store.promotion(promotionId);
      const before = record?.steps.find((each) => each.name === name);
      const startedAt = before?.startedAt ?? at();
      const finishedAt = status === "running" ? undefined : at();
      await store.setStep(promotionId, { name, status, startedAt, finishedAt, facts });
      const kind = ({ running: "step-started", done: "step-done", failed: "step-failed" } as const)[status];
      await store.addEvent(promotionId, { at: at(), kind, step: name, facts, excerpt }, `${kind}:${name}`);
    },
    ends: (promotionId, ending) => endPromotion(store, promotionId, ending, at()),
    async startSlack(more = {}) {
      const room = await startSlack({
        environment,
        config,
        promotions,
        store,
        mask: (text) => text,
        logger,
        telling: {
          updateMilliseconds: 50,
          retryMilliseconds: 50,
          mostRetryMilliseconds: 400,
          sweepMilliseconds: 500,
        },
        ...more,
      });
      rooms.push(room);
      return room;
    },
    async stop() {
      for (const room of rooms) await room.stop();
      promotions.close();
      await store.close();
      if (options.beside === undefined) await playground.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  if (options.slack !== "later") await stage.startSlack(options.slack);
  return stage;
}

/** Waits until something is so; for what no person in the playground can see. */
export async function until<Value>(
  look: () => Promise<Value | undefined> | Value | undefined,
  seconds = 15,
): Promise<Value> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not so within ${seconds} s: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const foundBody: PlanBody = {
  app: "kitchen",
  digest: `sha256:${"a".repeat(64)}`,
  groups: [],
  changes: [
    {
      kind: "change",
      path: "streamlit/main.py",
      from: "src/main.py",
      linesAdded: 333,
      linesRemoved: 12,
      binary: false,
    },
    { kind: "add", path: "streamlit/utils/colors.py", linesAdded: 207, linesRemoved: 0, binary: false },
  ],
  summary: { added: 1, changed: 1, removed: 0, kept: 4, bytes: 39_424, linesAdded: 540, linesRemoved: 12 },
  onlyInProd: [],
  unexplained: [],
  drift: [],
  checks: [],
};

export const impact = {
  filesChanged: 2,
  bytesBefore: 17_408,
  bytesAfter: 39_424,
  linesAdded: 540,
  linesRemoved: 12,
  healthBefore: "200 in 91 ms",
  healthAfter: "200 in 84 ms",
  downtimeSeconds: 3.2,
  swapMilliseconds: 40,
};

function kitchen(parts: Partial<AppConfig>, locale: Config["locale"]): Config {
  const local = { kind: "local", name: "local" } as const;
  const app: AppConfig = {
    name: "kitchen",
    channel: "C0KITCHEN",
    preprod: { hosts: [local], root: "/srv/10_preprod" },
    prod: { hosts: [local], root: "/srv/20_prod" },
    paths: [{ from: "data.db", to: "data.db", delete: false, group: "data", rewrite: [] }],
    ignore: [],
    protect: [],
    checks: {},
    backup: { keep: 10, exclude: [], compression: "auto" },
    rehearse: undefined,
    hooks: { "after-swap": [], "before-restart": [], "after-health": [] },
    restart: {
      kind: "compose",
      file: "~/docker-compose-prod.yml",
      mode: "restart",
      services: ["web"],
      timeoutSeconds: 60,
    },
    health: {
      startPeriodSeconds: 0,
      deadlineSeconds: 60,
      successes: 1,
      intervalSeconds: 1,
      http: [],
      container: undefined,
      logs: undefined,
    },
    approval: { approvers: ["S0RELEASE"], required: 1, byRequester: false, expiresSeconds: 3600 },
    freeze: [],
    watch: { drift: undefined },
    ...parts,
  };
  return {
    file: "/srv/passerelle.yml",
    locale,
    historySeconds: 365 * 24 * 3600,
    hosts: new Map(),
    apps: new Map([["kitchen", app]]),
  };
}
