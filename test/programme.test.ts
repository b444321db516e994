import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** A checkout whose sources and whose build say which of them runs, and how. */
function openCheckout(): { readonly run: (...args: readonly string[]) => string; readonly sources: string } {
  const directory = mkdtempSync(join(tmpdir(), "passerelle-checkout-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(join(import.meta.dirname, "../bin"), join(directory, "bin"), { recursive: true });
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  for (const [file, name] of Object.entries({ "src/cli.ts": "sources", "dist/cli.js": "build" })) {
    mkdirSync(join(directory, file, ".."), { recursive: true });
    writeFileSync(
      join(directory, file),
      `console.log(["${name}", ...process.execArgv, process.env.GLIBC_TUNABLES].join(" ").trim());`,
    );
  }
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(join(directory, "src/cli.ts"), yesterday, yesterday);
  const programme = join(directory, "bin/passerelle.js");
  const env = { PATH: process.env["PATH"], HOME: directory };
  return {
    run: (...args) => execFileSync(process.execPath, [programme, ...args], { env, encoding: "utf8" }).trim(),
    sources: join(directory, "src"),
  };
}

test("a bot runs lean, and passes nothing of that on to what it starts; a command runs as it is", () => {
  const { run } = openCheckout();
  expect(run("serve")).toBe("build --max-semi-space-size=1 --no-opt");
  expect(run("diff")).toBe("sources");
});

test("a bot runs the sources when one of them is newer than the build", () => {
  const { run, sources } = openCheckout();
  mkdirSync(join(sources, "tree"));
  writeFileSync(join(sources, "tree/plan.ts"), "");
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(join(sources, "tree/plan.ts"), tomorrow, tomorrow);
  expect(run("serve")).toMatch(/^sources /);
});

test("a bot runs the sources where nothing was built", () => {
  const { run, sources } = openCheckout();
  rmSync(join(sources, "../dist"), { recursive: true });
  expect(run("serve")).toMatch(/^sources /);
});
