// `passerelle init` as a person runs it: a process of its own, in a directory of its own.

import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeSeedSides, writeTree } from "../../test/fixtures/seed-app.ts";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import { readConfig } from "../config/read-config.ts";

const cli = join(import.meta.dirname, "../cli.ts");
const slow = 120_000;

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

type Room = {
  readonly home: string;
  readonly bot: string;
  readonly file: string;
  readonly run: (...args: string[]) => Promise<Ended>;
  readonly start: (env: Readonly<Record<string, string>>, ...args: string[]) => Promise<Ended>;
};

/** A home with the seed's two sides below `mangetamain/`, and an empty directory for the bot. */
function room(): Room {
  const home = mkdtempSync(join(tmpdir(), "init-command-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  makeSeedSides(join(home, "mangetamain"));
  const bot = join(home, "bot");
  mkdirSync(bot);
  const start: Room["start"] = (env, ...args) => ended(spawnCli(home, bot, env, args));
  return { home, bot, file: join(bot, "passerelle.yml"), start, run: (...args) => start({}, ...args) };
}

function spawnCli(
  home: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): ChildProcess {
  const own = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", TMPDIR: home, ...env };
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", cli, ...args], { cwd, env: own });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [out, err] = ["", ""];
  child.stdin?.end();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

const sides = ["--preprod", "../mangetamain/10_preprod", "--prod", "../mangetamain/20_prod"];
const people = ["--channel", "C0123456789", "--approver", "U0AAA", "--approver", "S0GROUP"];

describe("in a fresh directory", () => {
  test(
    "writes the seed's configuration and .env, shows its plan and what comes next",
    async () => {
      const { home, bot, file, run } = room();
      const { code, out, err } = await run("init", ...sides, ...people);
      expect({ code, err }).toMatchObject({ code: 0 });
      expect(readdirSync(bot).sort()).toEqual([".env", "passerelle.yml"]);
      expect(statSync(join(bot, ".env")).mode & 0o777).toBe(0o600);

      const config = await readConfig(file);
      const app = config.apps.get("mangetamain");
      expect(app).toMatchObject({
        channel: "C0123456789",
        preprod: { root: join(home, "mangetamain/10_preprod") },
        prod: { root: join(home, "mangetamain/20_prod") },
        protect: [".env", "logs/"],
        restart: {
          kind: "compose",
          file: join(home, "mangetamain/30_docker/docker-compose-prod.yml"),
          mode: "restart",
        },
        health: { http: [{ url: "http://localhost:8501" }], container: "mange_prod" },
        approval: { approvers: ["U0AAA", "S0GROUP"] },
      });
      expect(app?.ignore.slice(-2)).toEqual(["tests/", "*.md"]);
      expect(app?.paths.map(({ from, to, group, rewrite }) => ({ from, to, group, rewrite }))).toEqual([
        { from: "src/mangetamain_analytics/", to: "streamlit/", group: undefined, rewrite: [] },
        {
          from: "pyproject.toml",
          to: "pyproject.toml",
          group: undefined,
          rewrite: [{ match: "^\\[build-system\\]$", replace: "# [build-system]" }],
        },
        { from: "uv.lock", to: "uv.lock", group: undefined, rewrite: [] },
        { from: "data/mangetamain.duckdb", to: "data/mangetamain.duckdb", group: "data", rewrite: [] },
      ]);

      expect(out).toContain("M streamlit/main.py");
      expect(out).not.toContain("pyproject.toml ");
      expect(out.trim().split("\n").slice(-2)).toEqual([
        "  passerelle diff mangetamain",
        "  passerelle serve",
      ]);
      expect((await run("check-config")).code).toBe(0);
      // The plan came from a data directory of its own, which is gone.
      expect(readdirSync(home).sort()).toEqual(["bot", "mangetamain"]);
    },
    slow,
  );

  test(
    "without channel and approvers names the two lines to fill in, and so does check-config",
    async () => {
      const { file, run } = room();
      const { code, out } = await run("init", ...sides, "--app", "kitchen", "--json");
      const said = JSON.parse(out) as {
        app: string;
        complete: boolean;
        toFill: { key: string; line: number }[];
        next: string[];
        plan: { summary: { added: number } };
      };
      expect(code).toBe(0);
      expect(said).toMatchObject({
        app: "kitchen",
        complete: false,
        next: ["passerelle check-config", "passerelle diff kitchen"],
      });
      expect(said.plan.summary.added).toBeGreaterThan(0);
      const lines = readFileSync(file, "utf8").split("\n");
      expect(said.toFill.map(({ key, line }) => [key, lines[line - 1]?.trim()])).toEqual([
        ["channel", "channel:"],
        ["approvers", "approvers: []"],
      ]);
      const checked = await run("check-config");
      expect(checked.code).toBe(1);
      for (const { key, line } of said.toFill) {
        expect(checked.err).toMatch(new RegExp(`^\\s*${line}:\\d+ apps\\.kitchen\\..*${key}`, "m"));
      }
      writeFileSync(
        file,
        lines
          .join("\n")
          .replace("channel:\n", "channel: C0123456789\n")
          .replace("approvers: []", "approvers: [U0AAA]"),
      );
      expect((await run("check-config")).code).toBe(0);
    },
    slow,
  );

  test(
    "explains in the language of the person",
    async () => {
      const { file, start } = room();
      const { code, out } = await start({ LANG: "fr_FR.UTF-8" }, "init", ...sides, ...people);
      expect(code).toBe(0);
      expect(out).toContain(`${file} est écrit.`);
      expect(readFileSync(file, "utf8")).toContain("à la même place des deux côtés");
      const english = await start(
        { LANG: "fr_FR.UTF-8" },
        "init",
        ...sides,
        ...people,
        "--locale",
        "en",
        "--force",
      );
      expect(english.out).toContain(`Wrote ${file}.`);
    },
    slow,
  );
});

describe("what is there", () => {
  test(
    "is not overwritten, except the configuration with --force; tokens never",
    async () => {
      const { bot, file, run } = room();
      writeFileSync(file, "apps: {}\n");
      writeFileSync(join(bot, ".env"), "SLACK_BOT_TOKEN=xoxb-mine\n");
      const refused = await run("init", ...sides, ...people);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain(`${file} is there already, and nothing was written. Use --force`);
      expect(readFileSync(file, "utf8")).toBe("apps: {}\n");

      const forced = await run("init", ...sides, ...people, "--force");
      expect(forced.code).toBe(0);
      expect(forced.out).toContain("stays as it is");
      expect(readFileSync(join(bot, ".env"), "utf8")).toBe("SLACK_BOT_TOKEN=xoxb-mine\n");
      expect((await readConfig(file)).apps.size).toBe(1);
      expect(readdirSync(bot).sort()).toEqual([".env", "passerelle.yml"]);
    },
    slow,
  );

  test(
    "is written by one of two who run it at once",
    async () => {
      const { bot, run } = room();
      const both = await Promise.all([
        run("init", ...sides, ...people, "--app", "one"),
        run("init", ...sides, ...people, "--app", "two"),
      ]);
      expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
      expect(readdirSync(bot).sort()).toEqual([".env", "passerelle.yml"]);
    },
    slow,
  );
});

describe("is refused, with nothing written:", () => {
  test.each<readonly [string, readonly string[], string]>([
    ["no sides", [], "needs --preprod and --prod"],
    ["one side", sides.slice(0, 2), "needs --prod"],
    ["a side that is none", [...sides.slice(0, 3), "/"], "--prod is not understood (/)"],
    ["a directory that is not there", [...sides.slice(0, 3), "../gone"], "does not exist"],
    ["sides inside each other", [...sides.slice(0, 3), "../mangetamain"], "overlap"],
    ["the same side twice", [...sides.slice(0, 3), "../mangetamain/10_preprod"], "overlap"],
    ["an option that is none", [...sides, "--aprover", "U1"], "--aprover"],
  ])(
    "%s",
    async (_what, args, said) => {
      const { bot, run } = room();
      const { code, out, err } = await run("init", ...args);
      expect(code).toBe(1);
      expect(err).toContain(said);
      expect(out).toBe("");
      expect(readdirSync(bot)).toEqual([]);
    },
    slow,
  );

  test(
    "sides that have nothing in common, until somebody says what goes where",
    async () => {
      const { home, bot, file, run } = room();
      writeTree(join(home, "a"), { "src/main.py": "one = 1\n" });
      writeTree(join(home, "b"), { "public/site.html": "<p>\n" });
      const args = ["--preprod", "../a", "--prod", "../b", ...people];
      const { code, err } = await run("init", ...args);
      expect(code).toBe(1);
      expect(err).toContain("nothing in common");
      expect(err).toContain("PREPROD has src/; PROD has public/");
      expect(readdirSync(bot)).toEqual([]);
      const json = await run("init", ...args, "--json");
      expect(JSON.parse(json.out)).toMatchObject({ error: { code: "sides-unrelated" } });

      expect((await run("init", ...args, "--path", "src/:public/")).code).toBe(0);
      expect([...(await readConfig(file)).apps.values()][0]?.paths).toMatchObject([
        { from: "src/", to: "public/" },
      ]);
    },
    slow,
  );

  test(
    "a directory that is not there for the configuration",
    async () => {
      const { bot, start } = room();
      const { code, err } = await start(
        { PASSERELLE_CONFIG: "gone/passerelle.yml" },
        "init",
        ...sides,
        ...people,
      );
      expect(code).toBe(1);
      expect(err).toContain("could not be written (ENOENT)");
      expect(readdirSync(bot)).toEqual([]);
    },
    slow,
  );
});

describe("over SSH", () => {
  test(
    "a host whose key is not known is refused with the command that helps, and then it is written under hosts",
    async () => {
      const { home, bot, file, run } = room();
      const server = await startInProcessSsh();
      onTestFinished(() => server.stop());
      mkdirSync(join(home, ".ssh"), { mode: 0o700 });
      copyFileSync(server.identityFile, join(home, ".ssh/id_ed25519"));
      chmodSync(join(home, ".ssh/id_ed25519"), 0o600);
      const host = `deploy@127.0.0.1:${server.port}`;
      const prod = join(home, "mangetamain/20_prod");
      const args = ["init", "--preprod", "../mangetamain/10_preprod", "--prod", `${host}:${prod}`, ...people];

      const refused = await run(...args);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain(`passerelle trust-host ${host}`);
      expect(existsSync(file)).toBe(false);

      const trusted = await run("trust-host", host, "--yes");
      expect(trusted.code).toBe(0);
      const written = await run(...args);
      expect({ code: written.code, err: written.err }).toMatchObject({ code: 0 });
      const config = await readConfig(file);
      expect(config.hosts.get("127.0.0.1")).toMatchObject({
        address: "127.0.0.1",
        user: "deploy",
        port: server.port,
      });
      expect(config.apps.get("mangetamain")).toMatchObject({
        preprod: { hosts: [{ kind: "local" }] },
        prod: { hosts: [{ name: "127.0.0.1" }], root: prod },
        restart: { kind: "compose", file: join(home, "mangetamain/30_docker/docker-compose-prod.yml") },
      });
      expect(written.out).toContain("M streamlit/main.py");
      expect(readdirSync(bot).sort()).toEqual([".env", "passerelle.yml"]);
    },
    slow,
  );

  test(
    "a host that does not answer is named",
    async () => {
      const { bot, run } = room();
      const { code, err } = await run("init", ...sides.slice(0, 3), "deploy@127.0.0.1:1:/srv/prod");
      expect(code).toBe(1);
      expect(err).toContain("deploy@127.0.0.1:1 cannot be reached");
      expect(readdirSync(bot)).toEqual([]);
    },
    slow,
  );
});

describe("at a terminal", () => {
  // Runs where util-linux's `script` can make one.
  test.skipIf(!existsSync("/usr/bin/script")).each([
    ["Ctrl+C", "\u0003"],
    ["Ctrl+D", "\u0004"],
  ])(
    "does nothing when a question is answered by %s",
    async (_key, pressed) => {
      const { home, bot } = room();
      const command = `${process.execPath} --disable-warning=ExperimentalWarning ${cli} init`;
      const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", TMPDIR: home };
      const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], { cwd: bot, env });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/new version\): /.test(text)) child.stdin.write(pressed);
      });
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      expect({ code, said }).toMatchObject({ code: 1 });
      expect(said).toContain("The question was not answered, so nothing was done.");
      expect(readdirSync(bot)).toEqual([]);
    },
    slow,
  );

  // Runs where util-linux's `script` can make one.
  test.skipIf(!existsSync("/usr/bin/script"))(
    "asks for what is missing, one thing at a time, and takes what it offers",
    async () => {
      const { home, file, bot } = room();
      const command = `${process.execPath} --disable-warning=ExperimentalWarning ${cli} init`;
      const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", TMPDIR: home };
      const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], {
        cwd: join(home, "mangetamain"),
        env,
      });
      const answers: readonly (readonly [RegExp, string])[] = [
        [/PREPROD, as .* \[\.\/10_preprod\]: $/, ""],
        [/PROD, as .* \[\.\/20_prod\]: $/, ""],
        [/Name of the app \[mangetamain\]: $/, "kitchen"],
        [/Slack channel .*: $/, "#kitchen"],
        [/begins with C or G.*Slack channel .*: $/s, "C0123456789"],
        [/Who may approve.*: $/, "U0AAA, U0BBB"],
      ];
      let said = "";
      let next = 0;
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "");
        const expected = answers[next];
        if (expected?.[0].test(said)) {
          said = "";
          next += 1;
          child.stdin.write(`${expected[1]}\r`);
        }
      });
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      expect({ code, next, said }).toMatchObject({ code: 0, next: answers.length });
      const written = join(home, "mangetamain/passerelle.yml");
      expect((await readConfig(written)).apps.get("kitchen")).toMatchObject({
        channel: "C0123456789",
        approval: { approvers: ["U0AAA", "U0BBB"] },
      });
      expect([existsSync(file), readdirSync(bot)]).toEqual([false, []]);
    },
    slow,
  );
});
