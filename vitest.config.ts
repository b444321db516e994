import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** `npm test` leaves the long ones out; `npm run test:long` runs only them: every crash point, whole corpora, browsers. */
const long = ["{src,test}/**/*.long.test.ts"];
const onlyLong = process.env["PASSERELLE_LONG_TESTS"] === "1";

/** They wait for processes for a minute: begun last, each would keep the whole run waiting for itself. */
const slowest = [
  "test/crash/",
  "test/scenarios/seed-over-ssh",
  "src/transport/job-runner",
  "src/tree/swap",
  "src/backup/backup",
  "src/transport/transport",
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) =>
      slowest.some((start) => moduleId.startsWith(join(import.meta.dirname, start)));
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  test: {
    include: onlyLong ? long : ["{src,test}/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(onlyLong ? [] : long)],
    // Most tests wait for real processes, servers and locks: one worker more than a small machine has cores keeps them busy.
    // With more, all that starts processes only gets in each other's way, worst on virtual machines.
    maxWorkers: onlyLong ? 2 : 3,
    maxConcurrency: 4,
    sequence: { sequencer: SlowestFirst },
    // Where every change is checked, a machine that stood still for a moment is not a broken change; what needed a second try is shown.
    retry: process.env["CI"] === undefined ? 0 : 1,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // The bots and commands that tests start as processes of their own are compiled once.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/passerelle") },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  },
});
