// The bot's own machine as a `Transport`.

import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { PasserelleError } from "../errors.ts";
import { converse, type ShellEnd, type StartedShell } from "./conversation.ts";
import { bootstrapArguments } from "./run-protocol.ts";
import type { Transport } from "./transport.ts";

// The bot's tokens are in its environment: a script sees what a login would give it and what finds the services of the machine.
const passedOn = [
  "PATH",
  "SHELL",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "XDG_RUNTIME_DIR",
  "DBUS_SESSION_BUS_ADDRESS",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
];

const killAfterMilliseconds = 2000;

export function openLocal(): Transport {
  return {
    host: "local",
    connect: () => Promise.resolve(),
    async run(script, options) {
      const shell = await startShell();
      return converse("local", shell, script, options, options.timeoutSeconds * 1000);
    },
    close: () => Promise.resolve(),
  };
}

async function startShell(): Promise<StartedShell> {
  const home = homedir();
  const child = spawn("/bin/sh", bootstrapArguments, {
    cwd: mayEnter(home) ? home : "/",
    env: loginEnvironment(home),
    detached: true,
    stdio: "pipe",
  });
  const ended = Promise.withResolvers<ShellEnd>();
  const started = Promise.withResolvers<void>();
  child.once("spawn", () => started.resolve());
  child.once("error", (error) => {
    started.reject(
      new PasserelleError("host-unreachable", { host: "local", reason: error.message }, { cause: error }),
    );
  });
  child.once("close", (code, signal) => {
    ended.resolve(
      code === null ? { outcome: "signal", signal: signal ?? "SIGKILL" } : { outcome: "exited", code },
    );
  });
  await started.promise;
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: ended.promise,
    abandon() {
      const group = child.pid;
      if (group === undefined) return;
      signalGroup(group, "SIGTERM");
      const timer = setTimeout(() => signalGroup(group, "SIGKILL"), killAfterMilliseconds);
      child.once("close", () => clearTimeout(timer));
    },
  };
}

/** Under another user the environment may name a home that is somebody else's. */
function mayEnter(directory: string): boolean {
  try {
    accessSync(directory, constants.X_OK);
    return statSync(directory).isDirectory();
  } catch {
    return false;
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function loginEnvironment(home: string): NodeJS.ProcessEnv {
  const user = process.env["USER"] ?? loginName();
  const environment: NodeJS.ProcessEnv = { HOME: home, USER: user, LOGNAME: user };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return "nobody";
  }
}
