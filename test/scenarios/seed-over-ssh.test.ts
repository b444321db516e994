import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, expect, type TestContext, test, vi } from "vitest";
import { fingerprintOf } from "../../src/transport/known-hosts.ts";
import { contents, snapshot } from "../compare-trees.ts";
import { makeSeedSides, seedAssets, seedUtils, seedVisualization } from "../fixtures/seed-app.ts";
import { type Answer, openScene, type Scene, type SceneOptions } from "../scene.ts";
import { type OpenSsh, startOpenSsh, whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { publicKey } from "../ssh/run-on.ts";
import {
  backHealthy,
  done,
  endingsTold,
  long,
  patience,
  promote,
  propose,
  rollBack,
  rolledBack,
} from "./in-slack.ts";

const app = "mangetamain";

type Seed = { readonly scene: Scene; readonly server: OpenSsh; answer: (prod: string) => Answer };

const pageOfMain = (prod: string): Answer => ({
  status: 200,
  text: readFileSync(join(prod, "streamlit/main.py"), "utf8"),
});

/** The team's two directories below the login's home on a host behind SSH, as their page has them. */
async function openSeed(
  { onTestFinished }: TestContext,
  more: Readonly<Record<string, string>> = {},
  { corrected = true } = {},
): Promise<Seed> {
  const server = await startOpenSsh();
  onTestFinished(() => server.stop());
  const told = { answer: pageOfMain };
  const key = Buffer.from(publicKey(server).split(" ")[1] ?? "", "base64");
  const options: SceneOptions = {
    name: app,
    preprod: {},
    prod: {},
    fill: ({ preprod, prod }) => {
      makeSeedSides(dirname(prod));
      if (corrected) correctMain(preprod);
    },
    answers: (prod) => told.answer(prod),
    hosts: [
      "hosts:",
      `  dataia: { address: 127.0.0.1, port: ${server.port}, user: ${server.user},`,
      `    identity-file: "${server.identityFile}", fingerprint: "${fingerprintOf(key)}" }`,
    ].join("\n"),
    sides: ({ prod }) => {
      symlinkSync(dirname(prod), join(server.home, "mangetamain"));
      return {
        preprod: "{ host: dataia, root: ~/mangetamain/10_preprod }",
        prod: "{ host: dataia, root: ~/mangetamain/20_prod }",
      };
    },
    app: ({ url, restarted }) => ({
      paths: [
        "[{ from: src/mangetamain_analytics/, to: streamlit/, delete: false }",
        "{ from: pyproject.toml, to: pyproject.toml, rewrite: [{ match: '^\\[build-system\\]$', replace: '# [build-system]' }] }",
        "{ from: uv.lock, to: uv.lock }",
        "{ from: data/mangetamain.duckdb, to: data/mangetamain.duckdb, group: data }]",
      ].join(", "),
      ignore: "[tests/, '*.md']",
      protect: "[.env, logs/]",
      backup: "{ keep: 10, exclude: [data/**], compression: auto }",
      checks: "{ layout-reference: block, imports: block, dependencies: block }",
      restart: `{ command: 'echo restarted >> "${restarted}"' }`,
      health: `{ deadline: 60s, interval: 1s, http: [{ url: "${url}", contains: 'Back to the Kitchen' }] }`,
      ...more,
    }),
  };
  const scene = await openScene(options);
  onTestFinished(() => scene.close());
  return Object.assign(told, { scene, server });
}

const code = "src/mangetamain_analytics";

/** What the team found out afterwards: a path that exists only in PREPROD's layout. */
function correctMain(preprod: string): void {
  const main = join(preprod, code, "main.py");
  writeFileSync(main, readFileSync(main, "utf8").replace(`${code}/assets`, "streamlit/assets"));
}

const read = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

describe.skipIf(whyNoOpenSsh !== undefined)(`over OpenSSH (${whyNoOpenSsh ?? "here"})`, () => {
  test.concurrent(
    "the seed's promotion shows the files of the team's page, keeps what is PROD's own, and is rolled back to the last bit",
    async (context) => {
      const { scene } = await openSeed(context, {}, { corrected: false });
      const before = snapshot(scene.prod);
      expect(await propose(scene, app)).toMatch(/layout-reference[\s\S]*main\.py:12/);
      await expect(scene.person("bo").presses("Approve & promote")).rejects.toThrow(/no button/);
      correctMain(scene.preprod);
      const plan = await propose(scene, app);
      expect(plan).toMatch(/main\.py +\+\d+ −\d+/);
      expect(plan).toMatch(/1 changed, 14 (added|new)/);
      const { changes } = (await scene.bot.promotions.status(app)).waiting[0] ?? { changes: [] };
      const added = changes.filter(({ kind, after }) => kind === "add" && after?.type === "file");
      expect(added.map(({ path }) => path).sort()).toEqual(
        [
          ...seedVisualization
            .filter((name) => name !== "__init__.py")
            .map((name) => `visualization/${name}`),
          ...seedUtils.map((name) => `utils/${name}`),
          ...seedAssets.map((name) => `assets/${name}`),
        ]
          .map((path) => `streamlit/${path}`)
          .sort(),
      );
      // A long name is shortened in the middle.
      for (const { path } of added) expect(plan).toContain(basename(path).slice(-14));

      const bo = scene.person("bo");
      await bo.presses("Approve & promote");
      await bo.sees(done, long);

      const [archive = "", ...others] = readdirSync(
        join(scene.directory, ".passerelle", app, "backups"),
      ).filter((name) => /\.tar(\.\w+)?$/.test(name));
      expect(others).toEqual([]);
      expect(archive).toMatch(/^backup_prod_\d{8}_\d{6}_pr_\w+\.tar\.(zst|gz)$/);
      expect(filesIn(join(scene.directory, ".passerelle", app, "backups", archive))).toEqual(
        [...before].flatMap(([path, line]) => (line.startsWith("file") ? [path] : [])).sort(),
      );
      expect(await scene.bot.promotions.verify(app)).toMatchObject([{ good: true }]);

      const now = contents(scene.prod);
      const wanted = contents(join(scene.preprod, code));
      const old = new Map([...before].map(([path, line]) => [path, line.replace(/ mtime=\d+/, "")]));
      for (const [path, line] of now) {
        const inPreprod = path.startsWith("streamlit/")
          ? wanted.get(path.slice("streamlit/".length))
          : undefined;
        expect(`${path} ${line}`).toBe(`${path} ${inPreprod ?? old.get(path)}`);
      }
      for (const path of wanted.keys()) {
        if (!path.includes("__pycache__")) expect(now.has(`streamlit/${path}`), path).toBe(true);
      }
      expect(read(scene.prod, "pyproject.toml")).toContain("\n# [build-system]\n");
      expect(read(scene.prod, ".env")).toBe("API_TOKEN=prod-only-value\n");
      expect(await scene.restarts()).toBe(1);

      await rollBack(scene, { app });
      await bo.sees(rolledBack, long);
      expect(snapshot(scene.prod)).toEqual(before);
      expect(await scene.restarts()).toBe(2);
    },
    patience,
  );

  test.concurrent(
    "the seed's promotion that is not healthy afterwards is taken back to the last bit before anybody is asked",
    async (context) => {
      const seed = await openSeed(context);
      const { scene } = seed;
      const before = snapshot(scene.prod);
      seed.answer = (prod) =>
        readFileSync(join(prod, "streamlit/main.py"), "utf8").includes("analysis")
          ? { status: 500, text: "ModuleNotFoundError: polars" }
          : pageOfMain(prod);
      writeFileSync(
        scene.configFile,
        read(scene.directory, "passerelle.yml").replace("deadline: 60s", "deadline: 3s"),
      );
      await scene.restartBot();
      await promote(scene, app, backHealthy);
      expect(scene.person("bo").screen()).toMatch(/answered 500/);
      expect(snapshot(scene.prod)).toEqual(before);
      expect(await scene.restarts()).toBe(2);
    },
    patience,
  );

  test.concurrent(
    "every connection dropped in the middle of the restart and again of the health check: adopted, restarted once, ended once",
    async (context) => {
      const seed = await openSeed(context, {
        restart: "{ command: 'echo >>../begun; sleep 3; echo restarted >>../restarted' }",
      });
      const { scene, server } = seed;
      let asked = 0;
      await propose(scene, app);
      seed.answer = (prod) => {
        asked += 1;
        return asked < 5 ? { status: 503, text: "starting" } : pageOfMain(prod);
      };
      const bo = scene.person("bo");
      await bo.presses("Approve & promote");
      await vi.waitUntil(
        () =>
          access(join(scene.directory, "begun")).then(
            () => true,
            () => false,
          ),
        {
          timeout: 60_000,
          interval: 20,
        },
      );
      asked = 0;
      server.dropConnections();
      await vi.waitUntil(() => asked > 0, { timeout: 60_000, interval: 20 });
      server.dropConnections();
      await bo.sees(done, long);
      expect(asked).toBeGreaterThanOrEqual(5);
      expect(read(scene.directory, "begun")).toBe("\n");
      expect(await scene.restarts()).toBe(1);
      expect(await scene.bot.promotions.history(app)).toHaveLength(1);
      expect(await endingsTold(scene, done)).toBe(1);
    },
    patience,
  );
});

function filesIn(archive: string): readonly string[] {
  const listed = execFileSync("tar", ["--quoting-style=literal", "-tf", archive], { encoding: "utf8" });
  return listed
    .split("\n")
    .filter((line) => line !== "" && !line.endsWith("/"))
    .map((line) => line.replace(/^\.\//, ""))
    .sort();
}
