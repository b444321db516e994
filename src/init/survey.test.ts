// Reading two real sides for `init`: whatever lies there, and however much.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeSeedSides, writeTree } from "../../test/fixtures/seed-app.ts";
import { parseConfig } from "../config/read-config.ts";
import { textsFor } from "../texts/texts.ts";
import { openLocal } from "../transport/local.ts";
import { infer } from "./infer.ts";
import { writtenFrom, writtenTo } from "./mapping.ts";
import { survey } from "./survey.ts";
import { writtenConfigText } from "./written-config.ts";

const transport = openLocal();

function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "init-survey-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const surveyed = (preprod: string, prod: string) =>
  survey({ transport, root: preprod }, { transport, root: prod });

const rulesOf = (inference: ReturnType<typeof infer>): readonly string[] =>
  inference.rules.map((rule) => `${writtenFrom(rule)} -> ${writtenTo(rule)}`);

function textOf(inference: ReturnType<typeof infer>, preprod: string, prod: string): string {
  const host = { kind: "local", name: "local" } as const;
  const sides = { preprod: { hosts: [host], root: preprod }, prod: { hosts: [host], root: prod } };
  const people = { channel: "C01", approvers: ["U01"] };
  return writtenConfigText(
    { ...sides, ...people, hosts: [], locale: "en", app: "shop", inference },
    textsFor("en"),
  );
}

describe("of the seed's sides", () => {
  test("has what tells them: names, hashes, texts and the compose file beside PROD", async () => {
    const { preprod, prod, docker } = makeSeedSides(ownDirectory());
    const seen = await surveyed(preprod, prod);
    expect(seen.preprod.texts.get("pyproject.toml")).toContain("[build-system]");
    expect(seen.preprod.hashes.get("uv.lock")).toBe(seen.prod.hashes.get("uv.lock"));
    expect(seen.surroundings.composeFiles.map(({ path }) => path)).toEqual([
      join(docker, "docker-compose-prod.yml"),
    ]);
    expect(rulesOf(infer(seen))).toEqual([
      "src/mangetamain_analytics/ -> streamlit/",
      "pyproject.toml -> pyproject.toml",
      "uv.lock -> uv.lock",
      "data/mangetamain.duckdb -> data/mangetamain.duckdb",
    ]);
  });

  test("never has what is secret", async () => {
    const { preprod, prod } = makeSeedSides(ownDirectory());
    writeTree(preprod, { ".env": "API_TOKEN=prod-only-value\n", id_rsa: "key", "certs/a.pem": "pem" });
    const seen = await surveyed(preprod, prod);
    for (const side of [seen.preprod, seen.prod]) {
      for (const path of [".env", "id_rsa", "certs/a.pem"]) {
        expect([side.texts.has(path), side.hashes.has(path)]).toEqual([false, false]);
      }
    }
  });
});

describe("of any sides", () => {
  test("takes names of every kind, links, pipes and unreadable files", async () => {
    const directory = ownDirectory();
    const [preprod, prod] = [join(directory, "pre 'prod"), join(directory, 'pr"od\\')];
    const names = ["a'b", 'c"d', "e\nf", "-g", " h ", "$(i)", "`j`", "k;l", "m\\n", "*", "[o]", "é", "~"];
    for (const root of [preprod, prod]) {
      writeTree(
        root,
        Object.fromEntries(
          names.map((name) => [`app/${name}/x.py`, `name = ${JSON.stringify(name)}\n# same\n`]),
        ),
      );
      writeTree(
        root,
        Object.fromEntries(names.map((name) => [`${name}.conf`, `name = ${JSON.stringify(name)}\n`])),
      );
      // Bytes that are not UTF-8.
      mkdirSync(Buffer.concat([Buffer.from(`${root}/app/`), Buffer.from([0xff, 0xfe])]));
      writeFileSync(
        Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff]), Buffer.from(".conf")]),
        "x = 1\n",
      );
      symlinkSync("nowhere", join(root, "app/link"));
      execFileSync("mkfifo", [join(root, "app/pipe")]);
    }
    const seen = await surveyed(preprod, prod);
    expect(seen.preprod.files.get("app/link")).toEqual({ size: 7, target: "nowhere" });
    const inference = infer(seen);
    expect(rulesOf(inference)).toEqual([
      "app/ -> app/",
      ...names.map((name) => `${name}.conf -> ${name}.conf`).sort(),
    ]);
    expect(inference.notes.map(({ code }) => code)).toContain("not-writable");
    const config = parseConfig("/etc/passerelle.yml", textOf(inference, "/srv/a/preprod", "/srv/a/prod"));
    expect(config.apps.get("shop")?.paths).toHaveLength(inference.rules.length);
  });

  test("passes over what may not be read", async () => {
    const directory = ownDirectory();
    const [preprod, prod] = [join(directory, "preprod"), join(directory, "prod")];
    const files = { "app/a.py": "a = 1\nb = 2\n", "app/b.py": "c = 3\nd = 4\n" };
    writeTree(preprod, files);
    writeTree(prod, files);
    // What root may not read either: a file that goes away is the same to us.
    symlinkSync("/proc/1/mem", join(prod, "app/memory.py"));
    rmSync(join(prod, "app/b.py"));
    expect(rulesOf(infer(await surveyed(preprod, prod)))).toEqual(["app/ -> app/"]);
  });

  test("finds compose files in PROD, beside it and one directory further, and never PREPROD's", async () => {
    const directory = ownDirectory();
    const compose = (root: string): string => `services: { web: { volumes: ["${root}:/app"] } }\n`;
    writeTree(join(directory, "preprod"), { "a.py": "a", "docker-compose.yml": compose("./") });
    writeTree(join(directory, "prod"), { "a.py": "a", "ops/compose.yaml": compose("..") });
    writeTree(directory, {
      "docker-compose.prod.yml": compose("./prod"),
      "ops/compose.yml": compose("../prod"),
    });
    const { surroundings } = await surveyed(join(directory, "preprod"), join(directory, "prod"));
    expect(surroundings.composeFiles.map(({ path }) => path.slice(directory.length)).sort()).toEqual([
      "/docker-compose.prod.yml",
      "/ops/compose.yml",
      "/prod/ops/compose.yaml",
    ]);
  });

  test("thousands of files on each side are no burden", { timeout: 120_000 }, async () => {
    const directory = ownDirectory();
    const [preprod, prod] = [join(directory, "preprod"), join(directory, "prod")];
    const make = (root: string, code: string, changed: string): void => {
      for (let at = 0; at < 20; at += 1) {
        const where = join(root, code, `part${at}`);
        mkdirSync(where, { recursive: true });
        for (let file = 0; file < 100; file += 1) {
          const name = file % 10 === 0 ? "__init__.py" : `module${file}.py`;
          const content = `part = ${at}\nfile = ${file}\n${file % 7 === 0 ? changed : ""}`;
          writeFileSync(join(where, file % 10 === 0 ? `${file}${name}` : name), content);
        }
      }
    };
    make(preprod, "src/shop", "new = 1\nlines = 2\n");
    make(prod, "app", "old = 1\n");
    const start = performance.now();
    const inference = infer(await surveyed(preprod, prod));
    const seconds = (performance.now() - start) / 1000;
    expect(rulesOf(inference)).toEqual(["src/shop/ -> app/"]);
    expect(seconds).toBeLessThan(60);
  });
});
