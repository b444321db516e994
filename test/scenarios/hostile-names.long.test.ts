import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { idFor } from "../../src/playground/seed.ts";
import { fingerprintOf } from "../../src/transport/known-hosts.ts";
import { contents, snapshot } from "../compare-trees.ts";
import { hostileNames, makeHostileTree } from "../hostile-tree.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import { startOpenSsh, whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { publicKey } from "../ssh/run-on.ts";
import { type } from "../terminal.ts";
import { approve, long, patience, promote, propose, rollBack, rolledBack } from "./in-slack.ts";

const eve = idFor("U", "eve");
const tellTale = [
  "<!channel>",
  `<@${eve}>`,
  "<!here|x>",
  "*bold* _it_ ~no~",
  "`tick`",
  "a & b &lt;",
  "gpj.\u202Eexe",
];

type Roots = { readonly preprod: string; readonly prod: string };
const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** Every change there is: hostile names anew, changed and gone; links; modes; empty directories; every change of type. */
function makeSides({ preprod, prod }: Roots): void {
  const from = join(preprod, "src");
  const to = join(prod, "app");
  makeHostileTree(join(from, "changed"), "new");
  makeHostileTree(join(to, "changed"), "old");
  makeHostileTree(join(from, "added"), "new");
  makeHostileTree(join(to, "removed"), "old");
  for (const [index, name] of hostileNames.entries()) {
    const path = (side: string): Buffer => Buffer.concat([latin1(join(side, "modes/")), name]);
    for (const side of [from, to]) {
      mkdirSync(join(side, "modes"), { recursive: true });
      writeFileSync(path(side), "the same");
    }
    chmodSync(path(from), index % 2 === 0 ? 0o755 : 0o600);
  }
  mkdirSync(join(from, "empty/below"), { recursive: true });
  mkdirSync(join(to, "was empty/below"), { recursive: true });
  const kinds: Readonly<Record<string, (path: string) => void>> = {
    file: (path) => writeFileSync(path, `a file at ${path}`),
    directory: (path) => {
      mkdirSync(join(path, "in"), { recursive: true });
      writeFileSync(join(path, "in/side"), "inside");
    },
    empty: (path) => mkdirSync(path),
    dangling: (path) => symlinkSync("nowhere/at all", path),
    absolute: (path) => symlinkSync("/etc/hostname", path),
    loop: (path) => symlinkSync(".", path),
    outside: (path) => symlinkSync("../../..", path),
    absent: () => {},
  };
  for (const [before, make] of Object.entries(kinds)) {
    for (const [after, makeNew] of Object.entries(kinds)) {
      mkdirSync(join(to, "types"), { recursive: true });
      mkdirSync(join(from, "types"), { recursive: true });
      make(join(to, "types", `${before} to ${after}`));
      makeNew(join(from, "types", `${before} to ${after}`));
    }
  }
  for (const side of [from, to]) writeFileSync(join(side, "health"), "ok");
}

const everything: Partial<SceneOptions> = {
  fill: makeSides,
  app: {
    paths: "[{ from: src/, to: app/, delete: true }]",
    checks: "{ deletions: warn, special-files: warn }",
  },
};

async function open({ onTestFinished }: TestContext, options: Partial<SceneOptions>): Promise<Scene> {
  const scene = await openScene({ preprod: {}, prod: {}, ...options });
  onTestFinished(() => scene.close());
  return scene;
}

async function expectThereAndBack(scene: Scene): Promise<void> {
  const before = snapshot(scene.prod);
  await promote(scene);
  expect(contents(join(scene.prod, "app"))).toEqual(contents(join(scene.preprod, "src")));
  expect(await scene.bot.promotions.verify("kitchen")).toMatchObject([{ good: true }]);
  await rollBack(scene);
  await scene.person("bo").sees(rolledBack, long);
  expect(snapshot(scene.prod)).toEqual(before);
  expectNothingRefused(scene);
}

/** The playground is as strict as Slack: what it did not take was not well formed. */
function expectNothingRefused({ playground }: Scene): void {
  const refused = playground.calls.filter(({ answer }) => answer["ok"] !== true);
  expect(refused.map(({ method, answer, args }) => ({ method, answer, args }))).toEqual([]);
}

test.concurrent(
  "a tree of hostile names, links, modes and types is promoted and rolled back to the last bit",
  async (context) => expectThereAndBack(await open(context, everything)),
  patience,
);

test.concurrent(`a tree of hostile names is promoted between two OpenSSH hosts and rolled back to the last bit (${whyNoOpenSsh ?? "here"})`, {
  timeout: patience,
  skip: whyNoOpenSsh !== undefined,
}, async (context) => {
  const server = await startOpenSsh();
  context.onTestFinished(() => server.stop());
  const key = Buffer.from(publicKey(server).split(" ")[1] ?? "", "base64");
  const login = `address: 127.0.0.1, port: ${server.port}, user: ${server.user}, identity-file: "${server.identityFile}", fingerprint: "${fingerprintOf(key)}"`;
  const scene = await open(context, {
    ...everything,
    // Two names for one machine: content then travels through the bot.
    hosts: `hosts: { here: { ${login} }, there: { ${login} } }`,
    sides: ({ preprod, prod }) => ({
      preprod: `{ host: here, root: "${preprod}" }`,
      prod: `{ host: there, root: "${prod}" }`,
    }),
  });
  await expectThereAndBack(scene);
});

const names = (root: string, prefix: string, content: string): void => {
  mkdirSync(root, { recursive: true });
  for (const name of tellTale) writeFileSync(join(root, prefix + name), content);
};

test.concurrent(
  "what a file is called neither pings anyone nor is read as markup, whatever becomes of the file",
  async (context) => {
    const scene = await open(context, {
      preprod: { "src/health": "ok" },
      prod: { "app/health": "ok" },
      fill: ({ preprod, prod }) => {
        names(join(preprod, "src"), "add ", "new");
        names(join(preprod, "nowhere"), "unexplained ", "new");
        names(join(prod, "app"), "remove ", "old");
        names(join(preprod, "own"), "same ", "same");
        names(join(prod, "own"), "same ", "same");
        names(join(prod, "own"), "only here ", "old");
      },
      app: {
        paths: "[{ from: src/, to: app/, delete: true }, { from: own/, to: own/ }]",
        checks: "{ deletions: warn }",
      },
    });
    const bo = scene.person("bo");
    const plan = await propose(scene);
    for (const name of tellTale) {
      const shown = name.replace("\u202E", "\\u{202e}");
      expect(plan).toContain(`add ${shown}`);
    }
    await bo.presses("Full diff");
    await bo.sees(/full diff/, long);
    for (const name of tellTale) writeFileSync(join(scene.preprod, "src", `add ${name}`), "moved");
    await bo.presses(approve);
    await bo.sees(/This plan is stale/, long);
    await promote(scene);
    for (const name of tellTale) rmSync(join(scene.prod, "app", `add ${name}`));
    await propose(scene);
    writeFileSync(join(scene.preprod, "src/health"), "<!channel> `broken` \u202E");
    await promote(scene, "kitchen", /PROD is back as it was/);
    expectNothingRefused(scene);
    expectNoPing(scene);
  },
  patience,
);

/** Text that Slack parses holds none of the names that would act, and no text at all holds the reversed one. */
function expectNoPing({ playground: { calls, workspace } }: Scene): void {
  const parsed: string[] = [];
  const all: string[] = [];
  const visit = (value: unknown, within: string): void => {
    if (typeof value === "string") {
      all.push(value);
      if (within === "message" || within === "mrkdwn") parsed.push(value);
    } else if (Array.isArray(value)) for (const item of value) visit(item, "");
    else if (typeof value === "object" && value !== null) {
      const fields = value as Readonly<Record<string, unknown>>;
      for (const [name, field] of Object.entries(fields))
        visit(field, name === "text" ? String(fields["type"]) : "");
    }
  };
  const visitMessage = ({ text, blocks }: { text?: unknown; blocks?: unknown }): void => {
    visit(text, "message");
    visit(typeof blocks === "string" ? JSON.parse(blocks) : blocks, "");
  };
  for (const { args } of calls) visitMessage(args);
  for (const message of workspace.state.ephemerals) visitMessage(message);
  expect(parsed.length).toBeGreaterThan(50);
  const acting = new RegExp(`<!(channel|here|everyone)|<@${eve}|\u202E`);
  expect(parsed.filter((text) => acting.test(text))).toEqual([]);
  expect(all.filter((text) => text.includes("\u202E"))).toEqual([]);
}

test.concurrent(
  "`diff --json` names each path so that its bytes come back",
  async (context) => {
    const scene = await open(context, { ...everything, startBot: false });
    const { code, stdout, stderr } = await type(scene, ["diff", "--json"]);
    expect(code, stderr).toBe(2);
    const { changes } = JSON.parse(stdout) as {
      changes: { kind: string; path: string; pathBytes?: string; from?: string; fromBytes?: string }[];
    };
    const bytes = (path: string, encoded: string | undefined): string =>
      (encoded === undefined ? Buffer.from(path) : Buffer.from(encoded, "base64")).toString("latin1");
    const added = changes.filter(({ kind }) => kind === "add");
    const found = new Set(changes.map(({ path, pathBytes }) => bytes(path, pathBytes)));
    for (const name of hostileNames.map((each) => each.toString("latin1"))) {
      for (const path of ["added", "changed", "removed", "modes"])
        expect(found).toContain(`app/${path}/${name}`);
    }
    for (const { path, pathBytes, from, fromBytes } of added) {
      expect(bytes(from ?? "", fromBytes).replace(/^src/, "app")).toBe(bytes(path, pathBytes));
    }
    for (const { path, pathBytes } of changes) {
      if (pathBytes !== undefined) expect(path).toMatch(/\\x/);
    }
  },
  patience,
);
