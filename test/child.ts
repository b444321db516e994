// Another process of this machine that runs a script with the modules of this project.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export type Child = {
  readonly pid: number;
  /** The next line it writes; rejects with what it said when it ends first. */
  line(): Promise<string>;
  write(text: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Ends it the hard way, if it still runs. */
  kill(): Promise<void>;
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
};

/** `script` is a module; `load(path)` in it imports a source file relative to `from`, which is the test's `import.meta.url`. */
export function runChild(
  from: string,
  script: string,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly uid?: number;
    readonly gid?: number;
  } = {},
): Child {
  const { env, ...identity } = options;
  const load = `const load = (path) => import(new URL(path, ${JSON.stringify(from)}).href);\n`;
  const process_: ChildProcess = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", load + script],
    { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env }, cwd: "/", ...identity },
  );
  const exited = once(process_, "exit");
  const lines: string[] = [];
  let rest = "";
  let errors = "";
  let wake = (): void => {};
  process_.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  process_.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  let closed = false;
  process_.on("close", () => {
    closed = true;
    wake();
  });
  process_.stdin?.on("error", () => {});
  return {
    pid: process_.pid ?? 0,
    line: async () => {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) return line;
        if (closed) throw new Error(`it ended with ${process_.exitCode ?? process_.signalCode}: ${errors}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    write: (text) => process_.stdin?.write(text),
    signal: (signal) => process_.kill(signal),
    kill: async () => {
      process_.kill("SIGKILL");
      await exited;
    },
    ended: async () => {
      await exited;
      return process_.exitCode ?? process_.signalCode ?? 0;
    },
  };
}
