// A sample app on this machine, laid out like the two directories of a real team: PREPROD in `src/`, PROD in `server/`.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type Files, preprodFiles, prodFiles } from "./sample-files.ts";

export type SampleApp = {
  readonly directory: string;
  readonly preprod: string;
  readonly prod: string;
  readonly url: string;
  readonly configFile: string;
  /** Starts PROD's process the way its restart command does. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Writes both sides, the restart command and `passerelle.yml` below `directory`, which must be empty. */
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
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  await writeFiles(preprod, preprodFiles);
  await writeFiles(prod, prodFiles);
  const restart = join(directory, "30_run", "restart.sh");
  await writeFiles(directory, { "30_run/restart.sh": restartScript(prod, port) });
  const configFile = join(directory, "passerelle.yml");
  await writeFile(configFile, configText({ ...options, preprod, prod, restart, url }));
  return {
    directory,
    preprod,
    prod,
    url,
    configFile,
    start: () => options.run(`sh ${quote(restart)}`),
    stop: () => stopApp(join(directory, "30_run", "app.pid")),
  };
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

export async function removeFile(root: string, path: string): Promise<void> {
  await rm(join(root, path));
}

/** What a team's own script does: end the old process, start the new one, leave it running. */
function restartScript(prod: string, port: number): string {
  return `# Restarts the sample app: the old process is ended, the new one goes on by itself.
cd ${quote(prod)} || exit 1
pid_file=../30_run/app.pid
if [ -s "$pid_file" ]; then
  kill "$(cat "$pid_file")" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$(cat "$pid_file")" 2>/dev/null || break
    sleep 0.1
  done
fi
PORT=${port} nohup ${quote(process.execPath)} server/main.mjs >>logs/app.log 2>&1 </dev/null &
echo $! >"$pid_file"
`;
}

function configText(app: {
  readonly channel: string;
  readonly approvers: readonly string[];
  readonly preprod: string;
  readonly prod: string;
  readonly restart: string;
  readonly url: string;
}): string {
  const text = (value: string): string => JSON.stringify(value);
  return `# The sample app: PREPROD keeps its code in src/kitchen/, PROD in server/.
apps:
  kitchen:
    channel: ${text(app.channel)}
    preprod: { host: local, root: ${text(app.preprod)} }
    prod: { host: local, root: ${text(app.prod)} }
    paths:
      - { from: src/kitchen/, to: server/ }
      - { from: package.json, to: package.json }
    ignore: [tests/]
    protect: [logs/]
    backup: { keep: 5 }
    restart: { command: ${text(`sh ${quote(app.restart)}`)} }
    health:
      deadline: 8s
      interval: 1s
      successes: 2
      http: [{ url: ${text(app.url)}, contains: Back to the Kitchen }]
      logs: { command: cat logs/app.log, tail: 20, forbid: [Error] }
    approval: { approvers: ${JSON.stringify(app.approvers)}, expires: 1h }
`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function stopApp(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => "0"));
  if (pid <= 0) return;
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It ended by itself.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
