import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTree } from "../../test/changes-between.ts";
import { appWith, rule } from "../../test/comparing.ts";
import { writeTree } from "../../test/fixtures/seed-app.ts";
import { makeHostileTree } from "../../test/hostile-tree.ts";
import { openLocal } from "../transport/local.ts";
import type { Transport } from "../transport/transport.ts";
import type { Entry } from "./entry.ts";
import { listedTree } from "./listed-tree.ts";
import { compileRules } from "./rules.ts";
import { openScan, scan } from "./scan.ts";
import { scopeOf } from "./scan-script.ts";

let home: string;
let root: string;
const transport = openLocal();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "scan-"));
  root = join(home, "root");
  mkdirSync(root);
});

afterEach(() => {
  execFileSync("chmod", ["-R", "u+rwX", home]);
  rmSync(home, { recursive: true });
});

const isRoot = process.getuid?.() === 0;

/** A transport whose scripts run as a login that may not read everything. */
function asNobody(): Transport {
  return {
    ...transport,
    run: (script, options) =>
      transport.run(
        `body=$(mktemp) && chmod 644 "$body" && cat > "$body" <<'END-OF-SCRIPT'\n${script}\nEND-OF-SCRIPT
setpriv --reuid=65534 --regid=65534 --clear-groups sh "$body"; code=$?; rm -f "$body"; exit $code`,
        options,
      ),
  };
}

function withoutHashes(tree: ReadonlyMap<string, Entry>): Record<string, Entry> {
  return Object.fromEntries(
    [...tree].map(([path, entry]) => {
      if (entry.type !== "file") return [path, entry];
      const { sha256: _, ...rest } = entry;
      return [path, rest];
    }),
  );
}

describe("a scan", () => {
  test("finds what is there, to the nanosecond and the byte of each name", async () => {
    makeHostileTree(root, "content");
    writeTree(root, { "empty/": "", ".hidden/.x": "", "set/uid": "" });
    chmodSync(join(root, "set/uid"), 0o6755);
    const scanned = await scan(transport, root);
    expect(withoutHashes(listedTree(scanned.listing))).toEqual(withoutHashes(readTree(root)));
    expect(scanned.listing.path(0)).toBe("");
    expect(scanned.lineage[0]).toBe(`${statSync(root).dev}:${statSync(root).ino}`);
    expect(scanned.lineage.at(-1)).toBe(`${statSync("/").dev}:${statSync("/").ino}`);
  });

  test("resolves the root, and knows one below the home directory", async () => {
    symlinkSync(root, join(home, "link"));
    expect((await scan(transport, join(home, "link"))).root).toBe(root);
    const atHome: Transport = {
      ...transport,
      run: (script, options) => transport.run(`HOME='${home}'\n${script}`, options),
    };
    expect((await scan(atHome, "~/root")).root).toBe(root);
  });

  test("lists special files without opening them", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    const server = createServer().listen(join(root, "sock"));
    await new Promise((done) => server.once("listening", done));
    const tree = listedTree((await scan(transport, root)).listing);
    server.close();
    expect(tree.get("pipe")).toEqual({ type: "special", kind: "fifo" });
    expect(tree.get("sock")).toEqual({ type: "special", kind: "socket" });
  });

  test("does not look into what is ignored or protected, and still says that it is there", async () => {
    writeTree(root, {
      "app/__pycache__/x.pyc": "",
      "app/main.py": "",
      "logs/today.log": "",
      "docs/[a]*/x": "",
      "docs/b/x": "",
    });
    const rules = compileRules(appWith({ ignore: ["docs/[a]*/", "docs/b/"], protect: ["logs/"] }));
    const scanned = await scan(transport, root, { scope: scopeOf(rules, "prod") });
    expect([...listedTree(scanned.listing).keys()].sort()).toEqual([
      "app",
      "app/__pycache__",
      "app/main.py",
      "docs",
      "docs/[a]*",
      "docs/[a]*/x",
      "docs/b",
      "logs",
    ]);
  });

  test("fails with the path when a directory under the rules cannot be read", async () => {
    if (isRoot) execFileSync("chown", ["-R", "65534", home]);
    execFileSync("chmod", ["755", home]);
    writeTree(root, { "app/closed/x": "", "db/x": "", "deep/er/x": "" });
    for (const path of ["app/closed", "db"]) chmodSync(join(root, path), 0);
    if (isRoot) execFileSync("chown", ["-R", "0", join(root, "app"), join(root, "db")]);
    const login = isRoot ? asNobody() : transport;
    const whole = compileRules(appWith({}));
    await expect(scan(login, root, { scope: scopeOf(whole, "prod") })).rejects.toMatchObject({
      code: "scan-failed",
      details: { path: expect.stringContaining(root), reason: "Permission denied" },
    });
    const app = compileRules(appWith({ paths: [rule("src/", "app/")] }));
    await expect(scan(login, root, { scope: scopeOf(app, "prod") })).rejects.toMatchObject({
      code: "scan-failed",
      details: { path: `${root}/app/closed` },
    });
    // A database's own directory, which no rule is about, is none of our business.
    const deep = compileRules(appWith({ paths: [rule("src/", "deep/er/")] }));
    const scanned = await scan(login, root, { scope: scopeOf(deep, "prod") });
    expect([...listedTree(scanned.listing).keys()].sort()).toEqual([
      "app",
      "app/closed",
      "db",
      "deep",
      "deep/er",
      "deep/er/x",
    ]);
  });

  test("says what the host lacks", async () => {
    const bin = join(home, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "find"), "#!/bin/sh\necho 'find: unrecognized: -printf' >&2\nexit 1\n", {
      mode: 0o755,
    });
    const poor: Transport = {
      ...transport,
      run: (script, options) => transport.run(`PATH=${bin}:$PATH\n${script}`, options),
    };
    await expect(scan(poor, root)).rejects.toMatchObject({ code: "tool-missing" });
  });

  test("is tried again when something goes away while it looks", async () => {
    const bin = join(home, "bin");
    mkdirSync(bin);
    const script = `#!/bin/sh
case "$*" in *maxdepth*) exec /usr/bin/find "$@" ;; esac
[ -e ${home}/tried ] && exec /usr/bin/find "$@"
touch ${home}/tried
echo "find: './gone': No such file or directory" >&2
exit 1
`;
    writeFileSync(join(bin, "find"), script, { mode: 0o755 });
    const shaky: Transport = {
      ...transport,
      run: (text, options) => transport.run(`PATH=${bin}:$PATH\n${text}`, options),
    };
    expect((await scan(shaky, root)).listing.count).toBe(1);
  });
});

describe("a scan that is asked for its digest first", () => {
  test("says the digest of what it would list, and lists the same", async () => {
    writeTree(root, { a: "1", "b/c": "2" });
    const opened = await openScan(transport, root, { askDigest: true });
    const scanned = await opened.fetch();
    expect(scanned.digest).toBe(opened.digest);
    expect(scanned.listing.count).toBe(4);
    const again = await openScan(transport, root, { askDigest: true });
    await again.dismiss();
    expect(again.digest).toBe(opened.digest);
  });

  test("has another digest after any edit", async () => {
    writeTree(root, { a: "1" });
    const before = await openScan(transport, root, { askDigest: true });
    await before.dismiss();
    writeTree(root, { a: "2" });
    const after = await openScan(transport, root, { askDigest: true });
    await after.dismiss();
    expect(after.digest).not.toBe(before.digest);
  });

  test("leaves no file on the host", async () => {
    const temporary = join(home, "tmp");
    mkdirSync(temporary);
    const elsewhere: Transport = {
      ...transport,
      run: (script, options) => transport.run(`TMPDIR=${temporary}; export TMPDIR\n${script}`, options),
    };
    const opened = await openScan(elsewhere, root, { askDigest: true });
    expect(readTree(temporary).size).toBe(0);
    await opened.fetch();
  });

  test("lists at once where it has no room for a copy", async () => {
    const homeless: Transport = {
      ...transport,
      run: (script, options) => transport.run(`TMPDIR=/nonexistent; export TMPDIR\n${script}`, options),
    };
    const opened = await openScan(homeless, root, { askDigest: true });
    expect(opened.digest).toBeUndefined();
    expect((await opened.fetch()).listing.count).toBe(1);
  });
});
