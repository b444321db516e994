import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openScene, type Scene, type SceneOptions, startBot, writeFiles } from "../scene.ts";
import { type } from "../terminal.ts";
import { approve, long, propose, rollBack, rolledBack } from "./in-slack.ts";

const lines = (count: number, changed: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: count }, (_, index) => `${changed[index] ?? `line ${index}`}\n`).join("");

const prodBefore = {
  "app/health": "ok",
  "app/main.py": "old\n",
  "app/kept.txt": "kept\n",
  "app/theirs.txt": "theirs\n",
};
const preprodBefore = {
  "src/health": "ok",
  "src/main.py": lines(20),
  "src/kept.txt": "kept\n",
  "src/my tool.sh": "#!/bin/sh\n",
};
const overwrite = /^Approve & overwrite$/;

vi.setConfig({ testTimeout: 180_000 });

let scene: Scene;
afterEach(() => scene?.close());

/** PROD as a promotion just left it. */
async function promoted(options: Partial<SceneOptions> = {}): Promise<void> {
  scene = await openScene({ preprod: preprodBefore, prod: prodBefore, ...options });
  await promote();
}

/** The next one, whatever the channel still shows of earlier ones. */
async function promote(words = approve): Promise<string | undefined> {
  await propose(scene);
  const before = await scene.bot.promotions.history("kitchen");
  const { question } = await scene.person("bo").presses(words);
  const started = await vi.waitUntil(
    async () => (await scene.bot.promotions.history("kitchen"))[0]?.id !== before[0]?.id,
    { timeout: 60_000, interval: 50 },
  );
  expect(started).toBe(true);
  const [newest] = await scene.bot.promotions.history("kitchen");
  expect(await scene.bot.promotions.waitFor(newest?.id ?? "")).toMatchObject({ status: "done" });
  return question;
}

async function drift(): Promise<readonly string[]> {
  const { plan } = await scene.bot.promotions.propose({
    app: "kitchen",
    by: { id: "terminal:ana", via: "terminal" },
  });
  return plan.drift.map(({ path, was }) => `${was} ${path}`);
}

const inProd = (path: string): string => join(scene.prod, path);
const inPreprod = (path: string): string => join(scene.preprod, path);

/** What bo gets into the thread. */
async function patchFromButton(): Promise<string> {
  const bo = scene.person("bo");
  await bo.presses("Patch for PREPROD");
  await bo.sees(/What was changed by hand in PROD of kitchen/, long);
  const [file] = scene.playground.workspace.state.files.values();
  expect(file?.name).toBe("bring-back-kitchen.diff");
  return file?.bytes?.toString() ?? "";
}

async function applyToPreprod(patch: string, tool: "git" | "patch"): Promise<void> {
  const file = join(scene.directory, "bring-back.diff");
  await writeFile(file, patch);
  const options = {
    cwd: scene.preprod,
    encoding: "utf8" as const,
    env: { ...process.env, GIT_CEILING_DIRECTORIES: scene.directory },
  };
  if (tool === "git") execFileSync("git", ["apply", "--verbose", file], options);
  else execFileSync("patch", ["-p1", "--batch", "-i", file], options);
}

test.each(["git", "patch"] as const)(
  "a hand edit of PROD is shown, needs its own acknowledgement, and comes back to PREPROD with %s",
  async (tool) => {
    await promoted();
    await writeFile(inProd("app/main.py"), lines(20, { 3: "fixed by hand" }));
    await writeFile(inProd("app/my tool.sh"), "#!/bin/sh\necho by hand\n");
    await chmod(inProd("app/my tool.sh"), 0o755);
    await writeFile(inProd("app/added.txt"), "added by hand");
    expect(await propose(scene)).toMatch(/changed by hand in PROD since the last promotion/);
    const bo = scene.person("bo");
    await bo.sees(/app\/main\.py/);
    const patch = await patchFromButton();
    expect(patch).toContain("+fixed by hand");
    await applyToPreprod(patch, tool);
    expect(await readFile(inPreprod("src/main.py"), "utf8")).toBe(lines(20, { 3: "fixed by hand" }));
    expect(await readFile(inPreprod("src/added.txt"), "utf8")).toBe("added by hand");
    expect((await stat(inPreprod("src/my tool.sh"))).mode & 0o777).toBe(0o755);
    expect(await drift()).toEqual([]);
    const again = await scene.bot.promotions.propose({
      app: "kitchen",
      by: { id: "terminal:ana", via: "terminal" },
    });
    expect(again.outcome).toBe("in-sync");
  },
);

test("who approves a plan that overwrites a hand edit is told which, and the decision says that they knew", async () => {
  await promoted();
  await writeFile(inProd("app/main.py"), "by hand\n");
  expect(await promote(overwrite)).toContain("app/main.py");
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(lines(20));
  const [last] = await scene.bot.promotions.history("kitchen");
  const plan = await scene.bot.promotions.plan(last?.planId ?? "");
  expect(plan?.decisions).toMatchObject([{ verdict: "approve", acknowledgedDrift: true }]);
  expect(await drift()).toEqual([]);
});

test("a terminal has to say so too", async () => {
  await promoted();
  await writeFile(inProd("app/main.py"), "by hand\n");
  const by = { id: "terminal:ana", via: "terminal" } as const;
  const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
  const refused = await scene.bot.promotions.promoteNow({ app: "kitchen", by, plan: plan.digest });
  expect(refused).toMatchObject({ outcome: "refused", refusal: { why: "drift", paths: ["app/main.py"] } });
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe("by hand\n");
  const started = await scene.bot.promotions.promoteNow({
    app: "kitchen",
    by,
    plan: plan.id,
    acknowledgesDrift: true,
  });
  expect(started.outcome).toBe("started");
  if (started.outcome === "started") await scene.bot.promotions.waitFor(started.promotionId);
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(lines(20));
});

test("the commands of a terminal show it, print the patch alone, and refuse to overwrite without being told to", async () => {
  await promoted();
  await writeFile(inProd("app/main.py"), lines(20, { 3: "fixed by hand" }));
  const shown = await type(scene, ["diff", "kitchen"]);
  expect(shown.stdout).toMatch(
    /Changed by hand in PROD\n ! app\/main\.py {2}\(changed, .*; would be overwritten\)/,
  );
  const patch = await type(scene, ["diff", "kitchen", "--drift-patch"]);
  expect(patch).toMatchObject({ code: 2, stdout: expect.stringContaining("-line 3\n+fixed by hand\n") });
  const json = JSON.parse((await type(scene, ["diff", "kitchen", "--json"])).stdout);
  expect(json.drift).toEqual([{ path: "app/main.py", was: "changed", since: expect.any(String) }]);
  const promotion = ["promote", "kitchen", "--plan", json.digest, "--reason", "hotfix is in", "--json"];
  const refused = await type(scene, promotion);
  expect([refused.code, JSON.parse(refused.stdout).refusal]).toEqual([
    4,
    { why: "drift", paths: ["app/main.py"] },
  ]);
  expect((await type(scene, [...promotion, "--overwrite-drift"])).code).toBe(0);
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(lines(20));
  await applyToPreprod(patch.stdout, "patch");
  expect(await readFile(inPreprod("src/main.py"), "utf8")).toBe(lines(20, { 3: "fixed by hand" }));
});

test("what a hook of the promotion writes is no drift, what a person mends while it is looked at is", async () => {
  const mended = "mended while it was looked at\n";
  await promoted({
    app: { hooks: `{ after-swap: [{ run: 'echo by a hook >> app/main.py' }] }` },
  });
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(`${lines(20)}by a hook\n`);
  expect(await drift()).toEqual([]);
  await scene.close();
  await promoted({ app: { restart: `{ command: 'echo ${mended.trim()} > app/main.py' }` } });
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(mended);
  expect(await drift()).toEqual(["changed app/main.py"]);
});

test("the first promotion knows no drift, and what was in PROD before it never becomes drift", async () => {
  scene = await openScene({ preprod: preprodBefore, prod: prodBefore });
  expect(await drift()).toEqual([]);
  await promote();
  expect(await drift()).toEqual([]);
});

test("content, mode, a file gone and a file come are told apart; times alone are nothing", async () => {
  await promoted();
  await utimes(inProd("app/kept.txt"), new Date(0), new Date(0));
  await writeFile(inPreprod("src/kept.txt"), "KEPT\n");
  expect(await drift()).toEqual([]);
  await chmod(inProd("app/health"), 0o600);
  await unlink(inProd("app/my tool.sh"));
  await mkdir(inProd("app/new"));
  await writeFile(inProd("app/new/by hand.txt"), "");
  await writeFile(inProd("app/theirs.txt"), "theirs, and only theirs\n");
  expect(await drift()).toEqual([
    "changed app/health",
    "removed app/my tool.sh",
    "added app/new/by hand.txt",
  ]);
});

test("what was edited by hand and then brought to PREPROD is no drift any more", async () => {
  await promoted();
  await writeFile(inProd("app/main.py"), "by hand\n");
  expect(await drift()).toEqual(["changed app/main.py"]);
  await writeFile(inPreprod("src/main.py"), "by hand\n");
  expect(await drift()).toEqual([]);
});

test("a rewritten difference is no drift, and a hand edit comes back without it", async () => {
  const written = "[project]\n[build-system]\nname = 1\nversion = 1\nkind = 1\n";
  await promoted({
    preprod: { ...preprodBefore, "pyproject.toml": written },
    app: {
      paths: `[{ from: src/, to: app/ }, { from: pyproject.toml, to: pyproject.toml, rewrite: [{ match: '^\\[build-system\\]$', replace: '# [build-system]' }] }]`,
    },
  });
  const inPlace = written.replace("[build-system]", "# [build-system]");
  expect(await readFile(inProd("pyproject.toml"), "utf8")).toBe(inPlace);
  expect(await drift()).toEqual([]);
  await writeFile(inProd("pyproject.toml"), inPlace.replace("version = 1", "version = 2"));
  expect(await drift()).toEqual(["changed pyproject.toml"]);
  await propose(scene);
  await applyToPreprod(await patchFromButton(), "git");
  expect(await readFile(inPreprod("pyproject.toml"), "utf8")).toBe(
    written.replace("version = 1", "version = 2"),
  );
  expect(await drift()).toEqual([]);
});

test("after a rollback the next plan has no false drift, and a hand edit since is found all the same", async () => {
  await promoted();
  await writeFile(inPreprod("src/main.py"), "second\n");
  await promote();
  await rollBack(scene);
  await scene.person("ana").sees(rolledBack, long);
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(lines(20));
  expect(await drift()).toEqual([]);
  await writeFile(inProd("app/main.py"), lines(20, { 5: "by hand" }));
  expect(await drift()).toEqual(["changed app/main.py"]);
  const patch = await scene.bot.promotions.driftPatch("kitchen", await scene.bot.promotions.drift("kitchen"));
  expect(patch).toContain("PREPROD changed it since, too");
  expect(patch).toContain("-line 5\n+by hand\n");
});

test("a promotion that went back by itself leaves no false drift, nor does another PROD beside it", async () => {
  await promoted();
  await writeFiles(scene.preprod, { "src/health": "broken", "src/main.py": "broken\n" });
  const by = { id: "terminal:ana", via: "terminal" } as const;
  const { plan } = await scene.bot.promotions.propose({ app: "kitchen", by });
  const started = await scene.bot.promotions.promoteNow({ app: "kitchen", by, plan: plan.id });
  if (started.outcome !== "started") throw new Error(started.outcome);
  expect(await scene.bot.promotions.waitFor(started.promotionId)).toMatchObject({ status: "rolled-back" });
  expect(await readFile(inProd("app/main.py"), "utf8")).toBe(lines(20));
  expect(await drift()).toEqual([]);
  await writeFile(inProd("app/main.py"), "by hand\n");
  expect(await drift()).toEqual(["changed app/main.py"]);
  const moved = join(scene.directory, "30_prod");
  await writeFiles(moved, { "app/health": "ok", "app/main.py": "another PROD\n" });
  const config = await readFile(scene.configFile, "utf8");
  await writeFile(scene.configFile, config.replace(scene.prod, moved));
  await scene.restartBot();
  expect(await drift()).toEqual([]);
});

test("a bot that lost its database knows from the target what was left", async () => {
  await promoted();
  await writeFile(inProd("app/main.py"), "by hand\n");
  await scene.bot.close();
  await rm(scene.environment.dataDir, { recursive: true });
  const { bot } = await startBot(scene.environment);
  try {
    expect((await bot.promotions.drift("kitchen")).map(({ path }) => path)).toEqual(["app/main.py"]);
  } finally {
    await bot.close();
  }
});

test("secrets are not in the patch", async () => {
  await promoted({ preprod: { ...preprodBefore, "src/.env": "TOKEN=1\n" } });
  await writeFiles(scene.prod, { "app/.env": "TOKEN=by-hand\n", "app/main.py": "by hand\n" });
  const patch = await scene.bot.promotions.driftPatch("kitchen", await scene.bot.promotions.drift("kitchen"));
  expect(patch).toContain("src/.env: not shown");
  expect(patch).not.toContain("TOKEN");
  await applyToPreprod(patch, "git");
  expect(await readFile(inPreprod("src/main.py"), "utf8")).toBe("by hand\n");
});
