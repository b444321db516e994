// A sample app on this machine, laid out like the two directories of a real team: PREPROD in `src/`, PROD in `server/`.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Files, preprodFiles, prodFiles } from "./sample-files.ts";
import { freePort, makeSampleProcess, quote, type SampleProcess } from "./sample-process.ts";

export type SampleApp = {
  readonly directory: string;
  readonly preprod: SampleSide;
  readonly prod: SampleSide;
  readonly configFile: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type SampleSide = { readonly root: string; readonly process: SampleProcess };

/** Writes both sides, the restart commands and `passerelle.yml` below `directory`, which must be empty. */
export async function makeSampleApp(
  directory: string,
  options: {
    readonly channel: string;
    readonly approvers: readonly string[];
    readonly run: (command: string) => Promise<void>;
  },
): Promise<SampleApp> {
  const preprod = join(directory, "10_preprod");
  const prod = join(directory, "20_prod");
  const below = (name: string): string => join(directory, "30_run", name);
  await writeFiles(preprod, preprodFiles);
  await writeFiles(prod, prodFiles);
  await mkdir(below(""));
  const restart = below("restart.sh");
  const [preprodProcess, prodProcess] = await Promise.all([
    makeSampleProcess({
      root: preprod,
      main: "src/kitchen/main.mjs",
      log: below("preprod.log"),
      pidFile: below("preprod.pid"),
      script: below("restart-preprod.sh"),
      port: await freePort(),
      run: options.run,
    }),
    makeSampleProcess({
      root: prod,
      main: "server/main.mjs",
      log: join(prod, "logs/app.log"),
      pidFile: below("app.pid"),
      script: restart,
      port: await freePort(),
      run: options.run,
    }),
  ]);
  const configFile = join(directory, "passerelle.yml");
  await writeFile(
    configFile,
    configText({ ...options, preprod, prod, restart, url: prodProcess.url, preprodUrl: preprodProcess.url }),
  );
  return {
    directory,
    preprod: { root: preprod, process: preprodProcess },
    prod: { root: prod, process: prodProcess },
    configFile,
    start: async () => {
      await Promise.all([preprodProcess.restart(), prodProcess.restart()]);
    },
    stop: async () => {
      await Promise.all([preprodProcess.stop(), prodProcess.stop()]);
    },
  };
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

export function readText(root: string, path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}

export async function removeFile(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true });
}

/** Where a file of PREPROD goes in PROD, by the same rules as in the configuration below. */
export function prodPathOf(path: string): string | undefined {
  if (/\.draft\.json$/.test(path)) return undefined;
  if (path.startsWith("src/kitchen/")) return `server/${path.slice("src/kitchen/".length)}`;
  return path === "package.json" ? path : undefined;
}

function configText(app: {
  readonly channel: string;
  readonly approvers: readonly string[];
  readonly preprod: string;
  readonly prod: string;
  readonly restart: string;
  readonly url: string;
  readonly preprodUrl: string;
}): string {
  const text = (value: string): string => JSON.stringify(value);
  return `# The sample app: PREPROD keeps its code in src/kitchen/, PROD in server/.
apps:
  kitchen:
    channel: ${text(app.channel)}
    preprod:
      host: local
      root: ${text(app.preprod)}
      health: { http: [{ url: ${text(app.preprodUrl)}, contains: Back to the Kitchen }] }
    prod: { host: local, root: ${text(app.prod)} }
    paths:
      - { from: src/kitchen/, to: server/ }
      - { from: package.json, to: package.json }
    ignore: [tests/, '*.draft.json']
    protect: [logs/]
    backup: { keep: 5 }
    restart: { command: ${text(`sh ${quote(app.restart)}`)} }
    health:
      deadline: 8s
      interval: 1s
      successes: 2
      http: [{ url: ${text(app.url)}, contains: Back to the Kitchen }]
      logs: { command: ${text(`cat ${quote(join(app.prod, "logs/app.log"))}`)}, tail: 20, forbid: [Error] }
    approval: { approvers: ${JSON.stringify(app.approvers)}, expires: 1h }
`;
}
