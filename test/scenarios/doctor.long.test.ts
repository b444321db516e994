import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import { type } from "../terminal.ts";
import { codesOf, examined } from "./examined.ts";
import { long, patience } from "./in-slack.ts";

async function open(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  options: Partial<SceneOptions> = {},
): Promise<Scene> {
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/main.txt": "new\n" },
    prod: { "app/health": "ok", "app/main.txt": "old\n" },
    startBot: false,
    ...options,
  });
  onTestFinished(() => scene.close());
  return scene;
}

test.concurrent(
  "where everything is in place the doctor says so, room by room, and writes nothing",
  async (context) => {
    const scene = await open(context);
    const before = snapshot(scene.directory);
    const said = await type(scene, ["doctor", "kitchen"]);
    expect(said).toMatchObject({ code: 0, stderr: "" });
    const headings = said.stdout.split("\n").filter((line) => /^\S/.test(line));
    expect(headings).toEqual([
      "Configuration",
      "Slack",
      "Host local",
      "App kitchen",
      "Database and data directory",
      "Everything is in place.",
    ]);
    const { report, code } = await examined(scene);
    expect(code).toBe(0);
    expect(report).toMatchObject({ ok: true, warnings: 0, wrong: 0 });
    expect(snapshot(scene.directory)).toEqual(before);
  },
  patience,
);

test.concurrent(
  "with nothing there at all it still looks at what it can, in the language of the terminal",
  async ({ onTestFinished }) => {
    const directory = mkdtempSync(join(tmpdir(), "passerelle-nothing-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const nowhere = { PASSERELLE_CONFIG: undefined, PASSERELLE_DATA_DIR: undefined, LANG: "fr_FR.UTF-8" };
    const environment = emptyEnvironment(directory);
    const said = await type({ directory, environment }, ["doctor"], nowhere);
    expect(said.code).toBe(1);
    expect(said.stdout).toMatch(/Il n'y a pas de configuration|Aucune configuration/i);
    expect(said.stdout).toMatch(/SLACK_BOT_TOKEN n'est pas défini/);
    expect(said.stdout).toMatch(/Node \d+/);
    expect(said.stdout).toMatch(/La base \S+ sera créée/);
  },
  patience,
);

test.concurrent(
  "each mistake is a finding with its remedy, and no secret is shown",
  async (context) => {
    const scene = await open(context);
    const token = ["xoxb", "0000000000", "averysecrettoken"].join("-");
    const secret = "c0ffee".repeat(6);
    const file = join(scene.directory, ".env");
    writeFileSync(file, `SLACK_BOT_TOKEN=${token}\nSLACK_SIGNING_SECRET=${secret}\nPORT=none\n`);
    chmodSync(file, 0o644);
    writeFileSync(scene.configFile, "apps: { kitchen: { chanel: x } }\n");
    mkdirSync(join(scene.directory, "data"), { recursive: true });
    writeFileSync(join(scene.directory, "data/passerelle.db"), "this is no database".repeat(100));
    chmodSync(join(scene.directory, "data"), 0o755);
    const env = { SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined };
    const { code, all, text } = await examined(scene, env);
    expect(code).toBe(1);
    expect(codesOf(all, "wrong")).toEqual(
      expect.arrayContaining([
        "config-mistake",
        "environment-mistake",
        "env-file-open",
        "slack-refused",
        "database-unusable",
      ]),
    );
    expect(codesOf(all, "warning")).toContain("data-dir-open");
    expect(all.find((told) => told.code === "env-file-open")?.remedy).toBe(`chmod 600 ${file}`);
    expect(all.find(({ says }) => says.includes("chanel"))?.says).toMatch(/passerelle\.yml:1:\d+/);
    const human = await type(scene, ["doctor"], env);
    for (const shown of [text, human.stdout, human.stderr]) {
      expect(shown).not.toContain(token);
      expect(shown).not.toContain(secret);
    }
    expect(human.stdout).toContain(`Remedy: chmod 600 ${file}`);
  },
  patience,
);

test.concurrent(
  "in Slack whoever asks is told what is not right with the apps of the channel, and nobody else",
  async (context) => {
    const scene = await open(context, { startBot: true });
    const [ana, bo] = [scene.person("ana"), scene.person("bo")];
    await ana.types("/promote doctor");
    await ana.sees(/Everything is in place/, long);
    mkdirSync(join(scene.directory, ".passerelle/kitchen/staging/pr_gone"), { recursive: true, mode: 0o700 });
    execFileSync("chmod", ["-R", "go=", join(scene.directory, ".passerelle")]);
    rmSync(join(scene.directory, "10_preprod"), { recursive: true });
    await ana.types("/promote doctor kitchen");
    await ana.sees(
      /10_preprod does not exist on local.*Promotions that have ended left .*pr_gone.*1 wrong, 1 warning/s,
      long,
    );
    expect(bo.canSee(/pr_gone|Everything is in place/)).toBe(false);
    await ana.types("/promote doctor shop");
    await ana.sees(/shop/, long);
  },
  patience,
);

test.concurrent(
  "an app that is not in the configuration is named with those that are",
  async (context) => {
    const scene = await open(context);
    const { code, stdout } = await type(scene, ["doctor", "kitchne", "--json"]);
    expect(code).toBe(1);
    expect(stdout).toContain("There is no app called kitchne in the configuration. Known: kitchen.");
  },
  patience,
);

test.concurrent.for([
  [
    "scopes",
    "scopes-missing",
    /lacks 2 scopes: users:read, usergroups:read/,
    (state) => {
      state.app.scopes.delete("users:read");
      state.app.scopes.delete("usergroups:read");
    },
  ],
  [
    "the scope of the app token",
    "app-token-scope",
    /SLACK_APP_TOKEN lacks the scope connections:write/,
    (state) => void state.app.appScopes.delete("connections:write"),
  ],
  [
    "a channel without the bot",
    "channel-not-member",
    /The bot is not in C0KITCHEN00/,
    (state) => void state.channels.get("C0KITCHEN00")?.members.delete(state.app.userId),
  ],
  [
    "an archived channel",
    "channel-archived",
    /is archived/,
    (state) => {
      const channel = state.channels.get("C0KITCHEN00");
      if (channel !== undefined) channel.archived = true;
    },
  ],
  [
    "a channel that nobody knows",
    "channel-unknown",
    /Slack knows no channel C0KITCHEN00/,
    (state) => void state.channels.delete("C0KITCHEN00"),
  ],
  [
    "an approver who left",
    "approver-out",
    /is deactivated and cannot approve/,
    (state) => {
      const bo = [...state.users.values()].find(({ name }) => name === "bo");
      if (bo !== undefined) bo.deactivated = true;
    },
  ],
  [
    "no approver at all",
    "approvers-too-few",
    /Nobody can promote kitchen/,
    (state) => {
      for (const user of state.users.values()) if (["bo", "cy"].includes(user.name)) user.deactivated = true;
    },
  ],
] satisfies readonly [string, string, RegExp, (state: Scene["playground"]["workspace"]["state"]) => void][])(
  "of Slack it finds %s",
  { timeout: patience },
  async ([, code, sentence, spoil], context) => {
    const scene = await open(context);
    spoil(scene.playground.workspace.state);
    const { code: exit, all } = await examined(scene);
    expect(exit).toBe(1);
    const found = all.find((told) => told.code === code);
    expect(found?.says).toMatch(sentence);
    expect(found?.remedy).toBeTruthy();
    expect(all.filter(({ code: other }) => other === "side-readable")).toHaveLength(2);
  },
);

test.concurrent(
  "what is left beside PROD by a promotion that is gone is told, with who holds it",
  async (context) => {
    const scene = await open(context);
    expect(await type(scene, ["restore-points"])).toMatchObject({ code: 0 });
    const state = join(scene.directory, ".passerelle/kitchen");
    writeFileSync(join(state, "claim"), "pr_gone\nbo, from elsewhere\n7\n1790000000\n");
    writeFileSync(join(state, "token"), "7\n");
    mkdirSync(join(state, "staging/pr_gone/tree"), { recursive: true });
    writeFileSync(join(state, "staging/pr_gone/tree/large"), "x".repeat(100_000));
    const { all } = await examined(scene);
    expect(codesOf(all, "warning")).toEqual(["staging-left", "claim-left"]);
    const [staging, claim] = all.filter(({ level }) => level === "warning");
    expect(claim?.says).toMatch(/PROD is held by pr_gone \(bo, from elsewhere\) since/);
    expect(claim?.remedy).toContain("passerelle rollback kitchen");
    expect(staging?.remedy).toBe(`on local: rm -rf '${state}/staging/pr_gone'`);
    expect(readFileSync(join(state, "claim"), "utf8")).toMatch(/^pr_gone/);
  },
  patience,
);

function emptyEnvironment(directory: string): Scene["environment"] {
  const none = undefined;
  return {
    slack: { botToken: none, appToken: none, signingSecret: none, port: none, apiUrl: none },
    configFile: join(directory, "passerelle.yml"),
    dataDir: join(directory, "data"),
    databaseUrl: none,
    logLevel: "fatal",
  };
}
