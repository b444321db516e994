// The file that is written: right whatever the sides are called, and explained in two languages.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Contents, surveyOf } from "../../test/surveyed.ts";
import { parseConfig } from "../config/read-config.ts";
import { textsFor } from "../texts/texts.ts";
import { infer } from "./infer.ts";
import type { Surroundings } from "./surveyed.ts";
import { type ToWrite, writtenConfigText, yaml } from "./written-config.ts";

const side = (root: string) => ({ hosts: [{ kind: "local", name: "local" } as const], root });

function toWrite(preprod: Contents, prod: Contents, around: Partial<Surroundings> = {}): ToWrite {
  return {
    locale: "en",
    app: "shop",
    preprod: side("/srv/shop/preprod"),
    prod: side("/srv/shop/prod"),
    hosts: [],
    channel: "C0123456789",
    approvers: ["U0AAA"],
    inference: infer(surveyOf(preprod, prod, around)),
  };
}

const app = { "app/main.py": "print('shop')\n", "app/cart.py": "cart = []\nprint(cart)\n" };

describe("the written file", () => {
  test("is a right configuration with what was inferred", () => {
    const config = parseConfig("/etc/passerelle.yml", writtenConfigText(toWrite(app, app), textsFor("en")));
    expect(config.apps.get("shop")).toMatchObject({
      channel: "C0123456789",
      paths: [{ from: "app/", to: "app/", delete: false }],
      protect: [".env"],
      restart: { kind: "none" },
      approval: { approvers: ["U0AAA"], required: 1, byRequester: false },
    });
  });

  test("names hosts as they are reached", () => {
    const server = {
      kind: "ssh",
      name: "dataia",
      address: "dataia",
      user: "deploy",
      port: 2222,
      identityFile: undefined,
      fingerprint: undefined,
      transport: "ssh",
    } as const;
    const written = { ...toWrite(app, app), hosts: [server], prod: { hosts: [server], root: "~/shop/prod" } };
    const config = parseConfig("/etc/passerelle.yml", writtenConfigText(written, textsFor("en")));
    expect(config.hosts.get("dataia")).toEqual(server);
    expect(config.apps.get("shop")?.prod.root).toBe("~/shop/prod");
  });

  test("says in French why each line is there", () => {
    const text = writtenConfigText({ ...toWrite(app, app), locale: "fr" }, textsFor("fr"));
    expect(text).toContain("locale: fr\n");
    expect(text).toContain("des deux côtés ; 2 fichiers en commun");
    expect(parseConfig("/etc/passerelle.yml", text).locale).toBe("fr");
  });

  test("leaves exactly the two lines open that nobody said", () => {
    const text = writtenConfigText(
      { ...toWrite(app, app), channel: undefined, approvers: [] },
      textsFor("en"),
    );
    const mistakes = (() => {
      try {
        parseConfig("/etc/passerelle.yml", text);
        return [];
      } catch (error) {
        return (error as { details: { mistakes: readonly string[] } }).details.mistakes;
      }
    })();
    const lines = text.split("\n");
    expect(mistakes.map((mistake) => lines[Number(mistake.split(":")[0]) - 1]?.trim())).toEqual([
      "channel:",
      "approvers: []",
    ]);
    expect(mistakes.join("\n")).toContain("apps.shop.channel: has no value");
    expect(mistakes.join("\n")).toContain("apps.shop.approval.approvers: must not be empty");
  });

  test("shows hints as comments only", () => {
    const units = [
      { path: "/etc/systemd/system/shop.service", text: "WorkingDirectory=/home/deploy/shop/prod\n" },
    ];
    const text = writtenConfigText(toWrite(app, app, { units }), textsFor("en"));
    expect(text).toContain("    # restart: { systemd: shop.service, sudo: true }\n");
    expect(parseConfig("/etc/passerelle.yml", text).apps.get("shop")?.restart.kind).toBe("none");
  });
});

const hostile = [
  "a'b.py",
  'a"b.py',
  "a\nb: c.py",
  "a # b.py",
  "-dash.py",
  "~home.py",
  "{x}.py",
  "[y].py",
  "*.py",
  "!no.py",
  "null",
  "true",
  "0x1F",
  "1e3",
  "2026-01-01",
  "é.py",
  "\u202egnp.py",
  "\u0085x.py",
  "\ufeffx.py",
  " x.py ",
  "x:y.py",
  "x, y.py",
  "&a.py",
  "@b.py",
  "`c`.py",
  "%d.py",
  "\\.py",
  "$1.py",
  "\u0001.py",
  "<!channel>.py",
];

describe("whatever files are called", () => {
  test.each(hostile)("%j as a file and as a directory can be written", (name) => {
    const both = { [name]: "one = 1\ntwo = 2\n", [`${name}.d/code.py`]: "three = 3\nfour = 4\n" };
    const config = parseConfig("/etc/passerelle.yml", writtenConfigText(toWrite(both, both), textsFor("en")));
    expect(
      config.apps
        .get("shop")
        ?.paths.map(({ from }) => from)
        .sort(),
    ).toEqual([name, `${name}.d/`].sort());
  });

  test("a name in a comment cannot end its line", () => {
    const preprod = { ...app, "new\n    channel: CEVIL/x.py": "x = 1\n" };
    const text = writtenConfigText(toWrite(preprod, app), textsFor("en"));
    expect(text.split("\n").filter((line) => line.trim().startsWith("channel:"))).toHaveLength(1);
  });

  test("every text comes back from YAML as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(parse(`{ a: ${yaml(text)} }`)).toEqual({ a: text });
      }),
      { numRuns: 500 },
    );
  });

  test("every pair of trees gives a right configuration, or no rule", () => {
    const parts = fc.constantFrom(
      "src",
      "app",
      "a",
      "b c",
      "data",
      "logs",
      "tests",
      "x.py",
      "main.py",
      "y.md",
      "s.db",
      "big.csv",
      ".env",
      "[z]",
      "~",
      "é",
    );
    const path = fc.array(parts, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
    const content = fc.constantFrom(
      "",
      "one line only here\n",
      "x = 1\ny = 2\nz = 3\n",
      "# x = 1\ny = 2\nz = 3\n",
    );
    const tree = fc.array(fc.tuple(path, content), { maxLength: 12 }).map((files) => {
      const kept: Record<string, string> = {};
      for (const [name, text] of files) {
        const isFree = Object.keys(kept).every(
          (other) => !other.startsWith(`${name}/`) && !name.startsWith(`${other}/`),
        );
        if (isFree) kept[name] = text;
      }
      return kept;
    });
    fc.assert(
      fc.property(tree, tree, (preprod, prod) => {
        const written = toWrite(preprod, prod);
        if (written.inference.rules.length === 0) return;
        parseConfig("/etc/passerelle.yml", writtenConfigText(written, textsFor("en")));
      }),
      { numRuns: 400 },
    );
  });
});
