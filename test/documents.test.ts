// What the documents promise, compared with what is there: links, commands, codes, variables, sizes.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { commandNames } from "../src/terminal/arguments.ts";
import { textsFor } from "../src/texts/texts.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

const anchorsOf = (path: string): readonly string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

test.each(documents)("every link of %s leads to something", (path) => {
  const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  const broken = links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test("the README is short, and a newcomer needs exactly two commands", () => {
  const readme = read("README.md");
  expect(readme.split("\n").length).toBeLessThanOrEqual(151);
  const commands = [...readme.matchAll(/```sh\n(npm [^`]*?)\n```/g)].map((match) => match[1]);
  expect(commands).toEqual(["npm ci && npm run demo", "npm ci && npm test"]);
});

test("the README's table has every command of the terminal", () => {
  const rows = read("README.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .join("\n");
  // The demo has a section of its own.
  expect(commandNames.filter((name) => name !== "demo" && !new RegExp(`\\b${name}\\b`).test(rows))).toEqual(
    [],
  );
});

test("the pages show pictures that are there and are quick to load", () => {
  const pictures = readdirSync(join(root, "docs/pictures"));
  expect(pictures.filter((name) => statSync(join(root, "docs/pictures", name)).size > 300_000)).toEqual([]);
  expect(
    pictures.filter((name) => !documents.some((path) => read(path).includes(`pictures/${name}`))),
  ).toEqual([]);
});

test("every failure has a row that says what to do, and no row speaks of one that cannot happen", () => {
  const rows = [...read("docs/operating.md").matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \| (.+) \| (.+) \|$/gm)];
  const explained = rows.flatMap(([, codes = ""]) =>
    [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
  );
  expect(explained.toSorted()).toEqual(Object.keys(textsFor("en").failures).toSorted());
});

test("every variable that is read is in .env.example and the other way round", () => {
  const source = read("src/config/environment.ts");
  const used = new Set(
    [...source.matchAll(/values?\["([A-Z_]+)"\]|near\["([A-Z_]+)"\]/g)].map((m) => m[1] ?? m[2]),
  );
  const shown = new Set([...read(".env.example").matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name));
  expect([...shown].toSorted()).toEqual([...used].toSorted());
});

test("the image is built from what is there, and nothing in it runs as root", () => {
  const lines = read("Dockerfile").split("\n");
  expect(lines.filter((line) => line.startsWith("FROM ")).map((line) => line.split(" ")[1])).toEqual([
    "node:24-slim",
    "node:24-slim",
  ]);
  const copied = lines
    .filter((line) => /^COPY (?!--from)/.test(line))
    .flatMap((line) => line.split(" ").slice(1, -1));
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const allowed = read(".dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
  expect(copied.filter((path) => !allowed.includes(path))).toEqual([]);
  expect(lines.filter((line) => line.startsWith("USER "))).toEqual(["USER node"]);
});

test("the compose file keeps the bot's data and takes away what it does not need", () => {
  const { services, volumes } = parse(read("compose.yaml"));
  expect(services.passerelle).toMatchObject({
    restart: "unless-stopped",
    read_only: true,
    cap_drop: ["ALL"],
    volumes: expect.arrayContaining(["data:/data"]),
  });
  expect(volumes).toHaveProperty("data");
});

test("the unit ends the bot alone, for jobs and apps on the same machine go on", () => {
  expect(read("docs/passerelle.service")).toMatch(/^KillMode=process$/m);
});
