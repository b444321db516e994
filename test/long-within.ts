// The long tests, what a promotion must never get wrong first, for as long as the given minutes last: `node test/long-within.ts 12`.
// A machine that is too slow for all of them says which ones it did not come to; none of those is taken for passed.

import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is not named here comes last. */
const first = [
  "test/docker/seed",
  "test/docker/promotions",
  "test/docker/restart",
  "test/crash/promotion-crash",
  "test/browser/",
  "test/netns/large-promotion",
  "test/scenarios/truthful-plan",
  "test/scenarios/approval",
  "src/checks/corpus",
  "src/tree/swap-guard",
  "src/tree/swap-crash",
  "test/scenarios/promote-several-hosts",
  "test/scenarios/hostile-names",
  "test/scenarios/clear-errors",
  "test/scenarios/refused-before-writing",
  "src/playground/page",
  "test/netns/",
  "src/transport/",
  "test/docker/",
  "test/scenarios/stop",
  "src/backup/restore",
];
const atOnce = 4;

type Run = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
};

const minutes = Number(process.argv[2]);
if (!(minutes > 0)) throw new Error("say how many minutes there are: node test/long-within.ts 12");
const rank = (file: string): number => {
  const at = first.findIndex((start) => file.startsWith(start));
  return at < 0 ? first.length : at;
};
const waiting = globSync("{src,test}/**/*.long.test.ts").toSorted(
  (one, other) => rank(one) - rank(other) || one.localeCompare(other),
);
const until = performance.now() + minutes * 60_000;
const directory = mkdtempSync(join(tmpdir(), "long-"));
const results = join(directory, "results.json");
let [passed, failed, skipped] = [0, 0, 0];
let broken = false;
while (waiting.length > 0 && performance.now() < until) {
  const files = waiting.splice(0, atOnce);
  rmSync(results, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  // Through npm, which puts the project's own Node before the machine's: that one may be too old.
  const { status } = spawnSync("npm", ["run", "--silent", "test:long", "--", ...reporters, ...files], {
    stdio: "inherit",
  });
  broken ||= status !== 0;
  if (!existsSync(results))
    throw new Error(`vitest ended without results (exit ${status}): ${files.join(", ")}`);
  const run = JSON.parse(readFileSync(results, "utf8")) as Run;
  passed += run.numPassedTests;
  failed += run.numFailedTests;
  skipped += run.numPendingTests;
}
rmSync(directory, { recursive: true });
for (const file of waiting) console.log(`not run, for lack of time: ${file}`);
console.log(
  `long tests: ${passed} passed, ${failed} failed, ${skipped} skipped, ${waiting.length} files not run`,
);
if (broken) process.exitCode = 1;
