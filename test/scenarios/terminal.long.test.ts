import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { z } from "zod";
import { contents, snapshot } from "../compare-trees.ts";
import { openScene, type Scene, type SceneOptions, writeFiles } from "../scene.ts";
import { type Typed, type } from "../terminal.ts";
import { done, long, patience, propose } from "./in-slack.ts";

async function open({ onTestFinished }: TestContext, options: Partial<SceneOptions> = {}): Promise<Scene> {
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/main.txt": "one\ntwo\nnew\n", "src/added/deep.txt": "added\n" },
    prod: { "app/health": "ok", "app/main.txt": "one\nold\n", "app/gone.txt": "gone\n" },
    app: { paths: "[{ from: src/, to: app/, delete: true }]" },
    startBot: false,
    ...options,
  });
  onTestFinished(() => scene.close());
  return scene;
}

const count = z.int().nonnegative();
/** As contract.md has it; more may be there. */
const diffDocument = z.object({
  app: z.literal("kitchen"),
  id: z.string().regex(/^pl_/),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  expiresAt: z.iso.datetime(),
  summary: z.object({
    added: count,
    changed: count,
    removed: count,
    kept: count,
    bytes: count,
    linesAdded: count,
    linesRemoved: count,
  }),
  changes: z.array(
    z.object({
      kind: z.enum(["add", "change", "remove", "mode", "type"]),
      path: z.string(),
      from: z.string().optional(),
      bytesBefore: count,
      bytesAfter: count,
      linesAdded: count,
      linesRemoved: count,
      binary: z.boolean(),
    }),
  ),
  onlyInProd: z.array(z.string()),
  unexplained: z.array(z.object({ side: z.enum(["preprod", "prod"]), path: z.string() })),
  drift: z.array(
    z.object({ path: z.string(), was: z.enum(["changed", "added", "removed"]), since: z.string() }),
  ),
  checks: z.array(
    z.object({
      id: z.string(),
      level: z.enum(["ok", "warn", "block"]),
      message: z.string(),
      where: z.array(z.object({ path: z.string(), line: count })),
    }),
  ),
});

/** One JSON document and nothing else is on stdout, and no colours are anywhere. */
function documentOf({ stdout, stderr }: Typed): unknown {
  expect(stdout + stderr).not.toContain("\u001b");
  return JSON.parse(stdout);
}

async function plan(scene: Scene): Promise<z.infer<typeof diffDocument>> {
  const typed = await type(scene, ["diff", "--json"]);
  return diffDocument.parse(documentOf(typed));
}

test.concurrent(
  "a promotion and the way back are done and looked at without a bot, each command with its exit code",
  async (context) => {
    const scene = await open(context);
    const before = snapshot(scene.prod);
    const typed = (...args: string[]): Promise<Typed> => type(scene, args);

    const diff = await typed("diff");
    expect(diff.code).toBe(2);
    expect(diff.stdout).toMatch(/passerelle promote kitchen --plan pl_/);
    const { id, summary, changes } = await plan(scene);
    expect(summary).toMatchObject({ added: 1, changed: 1, removed: 1, kept: 1 });
    expect(changes.map(({ kind, path, from }) => ({ kind, path, from }))).toEqual([
      { kind: "add", path: "app/added/deep.txt", from: "src/added/deep.txt" },
      { kind: "remove", path: "app/gone.txt", from: undefined },
      { kind: "change", path: "app/main.txt", from: "src/main.txt" },
    ]);

    // Whoever looks again leaves nothing waiting, and takes nothing away from the plan that was printed before.
    expect((await plan(scene)).id).not.toBe(id);
    expect(documentOf(await typed("status", "--json"))).toMatchObject({ waiting: [] });

    const unnamed = await typed("promote");
    expect(unnamed).toMatchObject({ code: 1, stdout: "" });
    expect(unnamed.stderr).toMatch(/needs --plan with the id or digest that .?diff.? printed/);
    expect(snapshot(scene.prod)).toEqual(before);
    expect(await typed("promote", "--plan", "pl_none")).toMatchObject({ code: 4, stdout: "" });
    expect(await typed("rollback", "--yes")).toMatchObject({ code: 4, stdout: "" });

    const promoted = await typed("promote", "--plan", id, "--reason", "the bot is ill");
    expect(promoted, promoted.stderr).toMatchObject({ code: 0 });
    expect(promoted.stdout).toMatch(done);
    expect(contents(join(scene.prod, "app"))).toEqual(contents(join(scene.preprod, "src")));
    expect([2, 4]).toContain((await typed("promote", "--plan", id)).code);
    const again = await typed("diff", "--json");
    expect(again.code).toBe(0);
    expect(diffDocument.parse(documentOf(again)).changes).toEqual([]);

    expect(documentOf(await typed("status", "--json"))).toMatchObject({
      app: "kitchen",
      prodHealth: "healthy",
      last: { status: "done", reason: "the bot is ill" },
    });
    const [promotion] = z
      .array(z.object({ id: z.string(), status: z.string() }))
      .parse(documentOf(await typed("history", "--json")));
    expect(promotion?.status).toBe("done");
    expect(documentOf(await typed("restore-points", "--json"))).toMatchObject([{ id: promotion?.id }]);
    const verified = await typed("verify", "--json");
    expect(verified.code).toBe(0);
    expect(documentOf(verified)).toMatchObject([{ good: true }]);

    const unconfirmed = await typed("rollback");
    expect(unconfirmed).toMatchObject({ code: 4, stdout: "" });
    expect(unconfirmed.stderr).toContain("--yes");
    expect((await typed("rollback", "--to", "pr_none", "--yes")).stderr).toMatch(/pr_none is not there/);
    const back = await typed("rollback", "--yes", "--json");
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(documentOf(back)).toMatchObject({ kind: "rollback", status: "done" });
    expect(snapshot(scene.prod)).toEqual(before);
    expect(await scene.restarts()).toBe(2);

    const backups = join(scene.directory, ".passerelle/kitchen/backups");
    for (const name of readdirSync(backups).filter((each) => /\.tar(\.\w+)?$/.test(each))) {
      appendFileSync(join(backups, name), "x");
    }
    const damaged = await typed("verify");
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toContain(promotion?.id);
    for (const name of readdirSync(backups)) {
      if (/\.tar(\.\w+)?$/.test(name)) rmSync(join(backups, name));
    }
    const lost = await typed("verify");
    expect([lost.code, lost.stdout]).toEqual([
      1,
      expect.stringMatching(/backup_prod_\S+ is not there\. Its undo set is intact: going back/),
    ]);
  },
  patience,
);

test.concurrent(
  "a PROD that is not healthy afterwards is taken back: 5, and the plan may be named by its digest",
  async (context) => {
    const scene = await open(context);
    writeFileSync(join(scene.preprod, "src/health"), "ModuleNotFoundError: polars");
    const before = snapshot(scene.prod);
    const { digest } = await plan(scene);
    const typed = await type(scene, ["promote", "kitchen", "--plan", digest, "--json"]);
    expect(typed.code, typed.stderr).toBe(5);
    expect(documentOf(typed)).toMatchObject({ status: "rolled-back", ending: { health: "healthy" } });
    expect(typed.stderr).toMatch(/503/);
    expect(snapshot(scene.prod)).toEqual(before);
  },
  patience,
);

test.concurrent(
  "what changed since the plan refuses it with 4 and names it; a check that blocks is 3, and 4 for who insists",
  async (context) => {
    const scene = await open(context, {
      app: { paths: "[{ from: src/, to: app/ }]", checks: "{ layout-reference: block }" },
    });
    const before = snapshot(scene.prod);
    const { id } = await plan(scene);
    writeFileSync(join(scene.preprod, "src/main.txt"), "newer\n");
    const stale = await type(scene, ["promote", "--plan", id]);
    expect(stale.code, stale.stderr).toBe(4);
    expect(stale.stdout).toMatch(/Nothing was written[\s\S]*main\.txt/);

    await writeFiles(scene.preprod, { "src/page.py": 'open("src/added/deep.txt")\n' });
    const blocked = await type(scene, ["diff", "--json"]);
    expect(blocked.code).toBe(3);
    const { checks, id: other } = diffDocument.parse(documentOf(blocked));
    expect(checks.find(({ level }) => level === "block")).toMatchObject({
      id: "layout-reference",
      where: [{ path: "app/page.py", line: 1 }],
    });
    const insisting = await type(scene, ["promote", "--plan", other]);
    expect(insisting).toMatchObject({ code: 4, stdout: "" });
    expect(insisting.stderr).toMatch(/layout-reference/);
    expect(snapshot(scene.prod)).toEqual(before);
  },
  patience,
);

test.concurrent(
  "`diff --patch` is a patch: applied to PROD's files it makes them PREPROD's",
  async (context) => {
    const scene = await open(context);
    await writeFiles(scene.preprod, { "src/a name.txt": "one\ntwo\n", "src/no newline": "end" });
    await writeFiles(scene.prod, { "app/a name.txt": "one\n", "app/no newline": "start\nend\n" });
    const { code, stdout } = await type(scene, ["diff", "--patch"]);
    expect(code).toBe(2);
    const patch = join(scene.directory, "plan.patch");
    writeFileSync(patch, stdout);
    for (const apply of [
      ["git", "apply", "--unsafe-paths", patch],
      ["patch", "-s", "-p1", "-i", patch],
    ]) {
      const copy = join(scene.directory, "patched");
      rmSync(copy, { recursive: true, force: true });
      cpSync(scene.prod, copy, { recursive: true });
      const [programme = "", ...args] = apply;
      if (!isInstalled(programme)) continue;
      execFileSync(programme, args, {
        cwd: copy,
        env: { ...process.env, GIT_CEILING_DIRECTORIES: scene.directory },
      });
      expect(contents(join(copy, "app"))).toEqual(contents(join(scene.preprod, "src")));
    }
    const { patch: inJson } = z
      .object({ patch: z.string() })
      .parse(documentOf(await type(scene, ["diff", "--patch", "--json"])));
    expect(stdout).toContain(inJson);
  },
  patience,
);

test.concurrent(
  "beside a running bot a terminal promotes, locks and unlocks, and the channel is told",
  async (context) => {
    const scene = await open(context, { startBot: true });
    const bo = scene.person("bo");
    const locked = await type(scene, ["lock", "--for", "2h", "--reason", "the database is being moved"]);
    expect(locked.code).toBe(0);
    const { id } = await plan(scene);
    // A newer plan in Slack takes the place of those in Slack only.
    await propose(scene);
    const refused = await type(scene, ["promote", "--plan", id]);
    expect(refused).toMatchObject({ code: 4, stdout: "" });
    expect(refused.stderr).toMatch(/locked by .*the database is being moved/);
    expect(await type(scene, ["unlock"])).toMatchObject({ code: 0 });
    const promoted = await type(scene, ["promote", "--plan", id, "--reason", "nobody was there"]);
    expect(promoted.code, promoted.stderr).toBe(0);
    await bo.sees(done, long);
    await bo.sees(/nobody was there/, long);
    expect(await type(scene, ["rollback", "--yes"])).toMatchObject({ code: 0 });
    await bo.sees(/PROD of kitchen is back and healthy/, long);
    expect(await scene.restarts()).toBe(2);
  },
  patience,
);

test.concurrent(
  "what is not a command, an app, a plan or a configuration is told in a sentence, with 1",
  async (context) => {
    const scene = await open(context);
    const typed = async (args: readonly string[], sentence: RegExp, env = {}): Promise<void> => {
      const said = await type(scene, args, env);
      expect(said).toMatchObject({ code: 1, stdout: "" });
      expect(said.stderr).toMatch(sentence);
      expect(said.stderr).not.toMatch(/^ +at /m);
    };
    await typed(["promot"], /promot.* is not a command/);
    await typed(["diff", "--jsno"], /--jsno/);
    await typed(["diff", "garden"], /no app called garden.*kitchen/);
    await typed(["diff", "--with", "wine"], /no group called wine/);
    await typed(["lock"], /--reason/);
    await typed(["diff"], /no configuration at .*nowhere\.yml/, { PASSERELLE_CONFIG: "nowhere.yml" });
  },
  patience,
);

function isInstalled(programme: string): boolean {
  try {
    execFileSync(programme, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
