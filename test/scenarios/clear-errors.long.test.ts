import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openScene, type Scene } from "../scene.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { publicKey } from "../ssh/run-on.ts";
import { makeKey } from "../ssh/temporary-keys.ts";
import { serve, type } from "../terminal.ts";
import { fingerprintOfServer, layLine, openBehindSsh, ownHome } from "./behind-ssh.ts";
import { long, patience, propose } from "./in-slack.ts";

let home: ReturnType<typeof ownHome>;
beforeAll(() => {
  home = ownHome();
});
afterAll(() => home.remove());

type Broken = {
  readonly scene: Scene;
  readonly code: string;
  readonly sentence: RegExp;
  readonly mend: () => void | Promise<void>;
};

/** What stands in the way is said to whoever asks, in Slack and at a terminal; once it is out of the way there is a plan. */
async function expectClear({ scene, code, sentence, mend }: Broken): Promise<void> {
  const look = (): ReadonlyMap<string, string> | undefined => {
    try {
      return snapshot(scene.prod);
    } catch {
      return undefined;
    }
  };
  const before = look();
  const ana = scene.person("ana");
  await ana.types("/promote diff kitchen");
  await ana.sees(sentence, long);
  expect(scene.person("bo").canSee(sentence)).toBe(false);
  const said = await type(scene, ["diff", "--json"]);
  expect(said.code).toBe(1);
  expect(said.stderr).toMatch(sentence);
  expect(JSON.parse(said.stdout)).toMatchObject({ error: { code } });
  expect(look()).toEqual(before);
  await mend();
  // Nothing was claimed or written yet, so a plan says as much as a promotion.
  await propose(scene);
}

function rewrite({ configFile }: Scene, from: string, to: string): void {
  const written = readFileSync(configFile, "utf8");
  if (!written.includes(from)) throw new Error(`the configuration does not say ${from}`);
  writeFileSync(configFile, written.replace(from, to));
}

describe.skipIf(whyNoOpenSsh !== undefined)(`a host behind OpenSSH (${whyNoOpenSsh ?? "here"})`, () => {
  test.concurrent(
    "that cannot be reached is named, with what to check",
    async ({ onTestFinished }: TestContext) => {
      const lines: Awaited<ReturnType<typeof layLine>>[] = [];
      const { scene } = await openBehindSsh(onTestFinished, {
        host: async (server) => {
          const line = await layLine(onTestFinished, server.port);
          lines.push(line);
          return { port: line.port };
        },
      });
      const [line] = lines;
      await line?.cut();
      await expectClear({
        scene,
        code: "host-unreachable",
        sentence: /dock cannot be reached \(connection refused\)\. Check that it is up/,
        mend: () => line?.mend(),
      });
    },
    patience,
  );

  test.concurrent(
    "whose key is unknown is named with its fingerprint, and `trust-host` is the remedy",
    async ({ onTestFinished }: TestContext) => {
      const { scene, server } = await openBehindSsh(onTestFinished, {
        host: () => ({ fingerprint: undefined }),
      });
      await expectClear({
        scene,
        code: "host-key-unknown",
        sentence: new RegExp(
          `The key of dock is not known here \\(${literally(fingerprintOfServer(server))}\\)\\. Run .?passerelle trust-host dock`,
        ),
        mend: async () => {
          const trusted = await type(scene, ["trust-host", "dock", "--yes"]);
          expect(trusted).toMatchObject({ code: 0 });
          expect(trusted.stdout).toContain(fingerprintOfServer(server));
        },
      });
    },
    patience,
  );

  test.concurrent(
    "whose key changed is named with its fingerprint, and nothing is sent to it",
    async ({ onTestFinished }: TestContext) => {
      const { scene, server } = await openBehindSsh(onTestFinished, {
        host: () => ({ fingerprint: undefined }),
      });
      const other = makeKey(join(server.directory, "other"));
      const recorded = `[127.0.0.1]:${server.port} ${other}\n`;
      appendFileSync(home.knownHosts, recorded);
      let acceptedBefore = -1;
      await expectClear({
        scene,
        code: "host-key-changed",
        sentence: new RegExp(
          `dock answered with another key than the recorded one \\(it shows ${literally(fingerprintOfServer(server))}; recorded is SHA256:\\S+ in \\S+known_hosts:\\d+\\)\\. Nothing was sent\\. Find out why`,
        ),
        mend: () => {
          acceptedBefore = server.log().match(/Accepted/g)?.length ?? 0;
          rewriteFile(home.knownHosts, recorded, `[127.0.0.1]:${server.port} ${publicKey(server)}\n`);
        },
      });
      expect(acceptedBefore).toBe(0);
    },
    patience,
  );

  test.concurrent(
    "that pins another fingerprint in the configuration is named",
    async ({ onTestFinished }: TestContext) => {
      const wrong = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
      const { scene, server } = await openBehindSsh(onTestFinished, { host: () => ({ fingerprint: wrong }) });
      await expectClear({
        scene,
        code: "host-key-changed",
        sentence:
          /dock answered with another key than the recorded one \(it shows SHA256:\S+; recorded is SHA256:A+\)/,
        mend: async () => {
          rewrite(scene, wrong, fingerprintOfServer(server));
          await scene.restartBot();
        },
      });
    },
    patience,
  );

  test.concurrent.each([
    [
      "user",
      () => ({ user: "nobody-such" }),
      /dock refused the login of nobody-such \(refused: .*\)\. Check the user, the key/,
    ],
    [
      "key",
      (directory: string) => {
        makeKey(join(directory, "stranger"));
        return { "identity-file": join(directory, "stranger") };
      },
      /dock refused the login of \w+ \(refused: .*stranger.*\)\. Check the user, the key/,
    ],
  ] as const)(
    "that refuses the %s is named, with what was tried",
    async (_, wrong, sentence) => {
      const finish: (() => void | Promise<void>)[] = [];
      try {
        const { scene, hostLine } = await openBehindSsh((deed) => void finish.unshift(deed as () => void), {
          host: (server) => wrong(server.directory),
        });
        await expectClear({
          scene,
          code: "host-auth-failed",
          sentence,
          mend: async () => {
            const written = readFileSync(scene.configFile, "utf8");
            writeFileSync(scene.configFile, written.replace(/^hosts: .*/, hostLine()));
            await scene.restartBot();
          },
        });
      } finally {
        for (const deed of finish) await deed();
      }
    },
    patience,
  );
});

describe("a side", () => {
  const files = {
    preprod: { "src/health": "ok", "src/main.txt": "new\n" },
    prod: { "app/health": "ok", "app/main.txt": "old\n" },
  };

  test.concurrent.each(["preprod", "prod"] as const)(
    "%s that is not there is named",
    async (side) => {
      const scene = await openScene(files);
      try {
        renameSync(scene[side], `${scene[side]} elsewhere`);
        await expectClear({
          scene,
          code: "side-missing",
          sentence: new RegExp(`${scene[side]} does not exist.*Check .?root`),
          mend: () => renameSync(`${scene[side]} elsewhere`, scene[side]),
        });
      } finally {
        await scene.close();
      }
    },
    patience,
  );

  test.concurrent(
    "that is the other one under another name is refused",
    async ({ onTestFinished }: TestContext) => {
      const scene = await openScene(files);
      onTestFinished(() => scene.close());
      rmSync(scene.preprod, { recursive: true });
      symlinkSync(scene.prod, scene.preprod);
      await expectClear({
        scene,
        code: "sides-overlap",
        sentence: /PREPROD and PROD overlap.*Give each its own directory/,
        mend: () => {
          rmSync(scene.preprod);
          mkdirSync(join(scene.preprod, "src"), { recursive: true });
          for (const [path, content] of Object.entries(files.preprod))
            writeFileSync(join(scene.preprod, path), content);
        },
      });
    },
    patience,
  );
});

test.concurrent(
  "a configuration with mistakes: each of them with its line and column, and nothing starts",
  async ({ onTestFinished }: TestContext) => {
    const scene = await openScene({ preprod: {}, prod: {}, startBot: false });
    onTestFinished(() => scene.close());
    const lines = [
      "apps:",
      "  kitchen:",
      "    channel: kitchen",
      "    preprod: { host: nowhere, root: /srv/app }",
      "    prod: { host: local, root: /srv/app/prod }",
      "    paths: [{ from: src/, to: app }]",
      "    restart: { comand: 'true' }",
      "    health: { deadline: soon }",
      "    approval: { approvers: [] }",
    ];
    writeFileSync(scene.configFile, `${lines.join("\n")}\n`);
    const said = await type(scene, ["check-config"]);
    expect(said).toMatchObject({ code: 1, stdout: "" });
    const at = (line: number, words: RegExp): RegExp =>
      new RegExp(`^ *(\\S*passerelle\\.yml:)?${line}:\\d+:? .*${words.source}`, "m");
    for (const [line, words] of [
      [3, /channel/],
      [4, /nowhere/],
      [6, /paths\[0\]/],
      [7, /comand/],
      [8, /deadline/],
      [9, /approvers/],
    ] as const) {
      expect(said.stderr).toMatch(at(line, words));
    }
    expect(said.stderr).toContain(scene.configFile);
    for (const args of [["diff"], ["promote", "--plan", "pl_1"], ["rollback", "--yes"]]) {
      expect(await type(scene, args)).toMatchObject({ code: 1, stdout: "" });
    }
    const bot = await serve(scene);
    expect(await bot.exited).toBe(1);
    expect(bot.stderr()).toMatch(at(7, /comand/));
  },
  patience,
);

function rewriteFile(file: string, from: string, to: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
