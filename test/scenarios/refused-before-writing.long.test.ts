import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import { canMount, mountSmall } from "../small-file-system.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { temporaryDirectory } from "../ssh/temporary-keys.ts";
import { serve, type } from "../terminal.ts";
import { layLine, openBehindSsh } from "./behind-ssh.ts";
import { approve, long, patience, promote, propose } from "./in-slack.ts";

const refused = /Nothing was written to PROD/;

type Trouble = {
  readonly scene: Scene;
  readonly sentence: RegExp;
  readonly befall: () => void | Promise<void>;
  readonly mend: () => void | Promise<void>;
  readonly uid?: number;
};

/** What happens between a plan and its approval is told with its cause in Slack and at a terminal, and leaves nothing behind. */
async function expectRefused({ scene, sentence, befall, mend, uid }: Trouble): Promise<void> {
  const where = as(uid, scene);
  const before = snapshot(scene.prod);
  await propose(scene);
  const { stdout, stderr } = await type(where, ["diff", "--json"]);
  expect(stderr).not.toMatch(/error|failed/i);
  const { id } = JSON.parse(stdout) as { id: string };
  await befall();
  const said = await type(where, ["promote", "--plan", id, "--reason", "the bot looks ill"]);
  expect(said.stdout, said.stderr).toMatch(refused);
  expect(said.stdout).toMatch(sentence);
  expect(said.code, said.stderr).toBe(4);
  const bo = scene.person("bo");
  await bo.presses(approve, { message: "Requested by @ana" });
  await bo.sees(refused, { ...long, message: "approved by @bo" });
  await bo.sees(sentence, { ...long, message: "approved by @bo" });
  await mend();
  expect(snapshot(scene.prod)).toEqual(before);
  expect(await scene.restarts()).toBe(0);
  await promote(scene);
  expect(readFileSync(join(scene.prod, "app/main.txt"), "utf8")).toBe("new\n");
  expect(await scene.restarts()).toBe(1);
}

function as(uid: number | undefined, { directory, environment }: Scene): Parameters<typeof type>[0] {
  return { directory, environment, ...(uid !== undefined && { uid }) };
}

const files = {
  preprod: { "src/health": "ok", "src/main.txt": "new\n" },
  prod: { "app/health": "ok", "app/main.txt": "old\n" },
};

async function open(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  options: Partial<SceneOptions>,
): Promise<Scene> {
  const scene = await openScene({ ...files, ...options });
  onTestFinished(() => scene.close());
  return scene;
}

test.concurrent(`a host that went away after the plan (${whyNoOpenSsh ?? "here"})`, {
  timeout: patience,
  skip: whyNoOpenSsh !== undefined,
}, async ({ onTestFinished }: TestContext) => {
  const lines: Awaited<ReturnType<typeof layLine>>[] = [];
  const { scene } = await openBehindSsh(onTestFinished, {
    host: async (server) => {
      const line = await layLine(onTestFinished, server.port);
      lines.push(line);
      return { port: line.port };
    },
  });
  const [line] = lines;
  await expectRefused({
    scene,
    sentence: /dock cannot be reached \(connection refused\)\. Check that it is up/,
    befall: () => line?.cut(),
    mend: () => line?.mend(),
  });
});

test.concurrent(`a tool that PROD's host lacks, or has without what is needed of it (${whyNoOpenSsh ?? "here"})`, {
  timeout: patience,
  skip: whyNoOpenSsh !== undefined,
}, async ({ onTestFinished }: TestContext) => {
  const bin = temporaryDirectory();
  onTestFinished(() => rmSync(bin, { recursive: true }));
  const { scene } = await openBehindSsh(onTestFinished, {
    sshd: { config: [`SetEnv HOME=${bin} PATH=${bin}:/usr/bin:/bin`] },
  });
  await expectRefused({
    scene,
    sentence: /flock is missing on dock\. Install it there/,
    befall: () =>
      writeFileSync(join(bin, "flock"), "#!/bin/sh\necho 'flock: unrecognized option: close' >&2\nexit 1\n", {
        mode: 0o755,
      }),
    mend: () => rmSync(join(bin, "flock")),
  });
});

test.concurrent(
  "a PROD that was moved away after the plan",
  async (context) => {
    const scene = await open(context, {});
    await expectRefused({
      scene,
      sentence: /20_prod does not exist on local\. Check .?root/,
      befall: () => renameSync(scene.prod, `${scene.prod}.away`),
      mend: () => renameSync(`${scene.prod}.away`, scene.prod),
    });
  },
  patience,
);

const whyNoMount = canMount() ? undefined : "runs as root where file systems can be mounted";

/** Leaves this many bytes on the file system of `directory`. */
function fillUp(directory: string, left: number): void {
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(join(directory, "filler"), randomBytes(Math.max(0, bavail * bsize - left)));
}

test.concurrent.for([
  ["the backup", { "app/large": 1_000_000 }, {}],
  ["the new files", {}, { "src/large": 1_000_000 }],
] as const)(
  `a disk too full for %s (${whyNoMount ?? "here"})`,
  { timeout: patience, skip: whyNoMount !== undefined },
  async ([, largeInProd, largeInPreprod], context) => {
    const disk = mountSmall("size=6m");
    context.onTestFinished(() => disk.unmount());
    const scene = await open(context, {
      prodIn: disk.path,
      fill: ({ preprod, prod }) => {
        for (const [root, large] of [
          [prod, largeInProd],
          [preprod, largeInPreprod],
        ] as const) {
          for (const [path, size] of Object.entries(large))
            writeFileSync(join(root, path), randomBytes(size));
        }
      },
      app: { paths: "[{ from: src/, to: app/ }]" },
    });
    await expectRefused({
      scene,
      sentence: /There is not enough space on local: [\d.]+ \w+ needed, [\d.]+ \w+ free\. Free some/,
      befall: () => fillUp(disk.path, 500_000),
      mend: () => rmSync(join(disk.path, "filler")),
    });
  },
);

test.concurrent(
  "a directory beside PROD where the deploy user may not write",
  async (context) => {
    // Root may write anywhere: the bot is then another user.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const parent = mkdtempSync(join(tmpdir(), "passerelle-parent-"));
    context.onTestFinished(() => {
      chmodSync(parent, 0o755);
      rmSync(parent, { recursive: true });
    });
    const scene = await open(context, { prodIn: parent, startBot: false });
    if (uid !== undefined) {
      chownSync(parent, uid, uid);
      execFileSync("chown", ["-R", String(uid), scene.directory, scene.prod]);
    }
    const bot = await serve(as(uid, scene), { HOME: scene.directory });
    context.onTestFinished(async () => void (await bot.stop()));
    chmodSync(parent, 0o555);
    await expectRefused({
      scene,
      ...(uid !== undefined && { uid }),
      sentence:
        /The state directory \S*\.passerelle on local cannot be used.*It must belong to the deploy user/,
      befall: () => {},
      mend: () => chmodSync(parent, 0o755),
    });
  },
  patience,
);
