// One side's process of the sample app: the script that restarts it as a team's own would, and what it serves at this moment.

import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type SampleProcess = {
  readonly url: string;
  /** Runs the restart script, as a promotion does. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** The page it serves, or undefined when it does not answer. */
  page(): Promise<string | undefined>;
};

export type SampleProcessOptions = {
  readonly root: string;
  /** Relative to `root`. */
  readonly main: string;
  readonly log: string;
  readonly pidFile: string;
  readonly script: string;
  readonly port: number;
  readonly run: (command: string) => Promise<void>;
};

export async function makeSampleProcess(options: SampleProcessOptions): Promise<SampleProcess> {
  const url = `http://127.0.0.1:${options.port}/`;
  await writeFile(options.script, restartScript(options));
  return {
    url,
    restart: () => options.run(`sh ${quote(options.script)}`),
    stop: () => stopApp(options.pidFile),
    page: async () => {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
        return response.ok ? await response.text() : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** The old process is ended, the new one goes on by itself: what it comes to is for a health check to find out. */
function restartScript({ root, main, log, pidFile, port }: SampleProcessOptions): string {
  return `# Restarts the sample app: the old process is ended, the new one goes on by itself.
cd ${quote(root)} || exit 1
pid_file=${quote(pidFile)}
if [ -s "$pid_file" ]; then
  kill "$(cat "$pid_file")" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$(cat "$pid_file")" 2>/dev/null || break
    sleep 0.1
  done
fi
PORT=${port} nohup ${quote(process.execPath)} ${quote(main)} >>${quote(log)} 2>&1 </dev/null &
echo $! >"$pid_file"
`;
}

export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function stopApp(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => "0"));
  if (pid <= 0) return;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      process.kill(pid, attempt < 20 ? "SIGTERM" : "SIGKILL");
    } catch {
      return;
    }
    await sleep(100);
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
