// The configuration, the environment, and who may read what is kept: as it is on the bot's machine.

import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import type { SalvagedEnvironment } from "../config/environment.ts";
import { readConfig } from "../config/read-config.ts";
import { isFailure } from "../errors.ts";
import { type Finding, failed, ok, warning, wrong } from "./finding.ts";

const neededNode = "22.18";

export type Read = { readonly config: Config | undefined; readonly findings: readonly Finding[] };

/** `apps` were named, and have to be the configuration's. */
export async function examineConfig(
  { environment, mistakes, envFiles }: SalvagedEnvironment,
  apps: readonly string[],
): Promise<Read> {
  const { config, findings } = await read(environment.configFile);
  const known = [...(config?.apps.keys() ?? apps)];
  const unknown = apps
    .filter((app) => !known.includes(app))
    .map((app): Finding => ({ level: "wrong", code: "app-unknown", facts: { app, apps: known } }));
  return {
    config,
    findings: [
      ...findings,
      ...unknown,
      ...mistakes.map((mistake) => wrong("environment-mistake", { mistake })),
      ...envFindings(envFiles),
      dataDirFinding(environment.dataDir),
      nodeFinding(process.versions.node),
    ],
  };
}

async function read(file: string): Promise<Read> {
  try {
    const config = await readConfig(file);
    const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
    return { config, findings: [ok("config-read", { path: file, apps: config.apps.size, sha256 })] };
  } catch (error) {
    if (isFailure(error, "config-invalid")) {
      const mistakes = (error.details["mistakes"] as readonly string[] | undefined) ?? [];
      const findings = mistakes.map((mistake) => wrong("config-mistake", { path: file, mistake }));
      return { config: undefined, findings };
    }
    if (isFailure(error)) return { config: undefined, findings: [failed(error)] };
    throw error;
  }
}

function envFindings(files: readonly string[]): readonly Finding[] {
  const found = files.flatMap((path) => {
    const mode = modeOf(path);
    return mode === undefined ? [] : [envFileVerdict(path, mode)];
  });
  return found.length === 0 ? [ok("env-file-none")] : found;
}

/** Tokens are in it: a group that may read it is a risk, everybody is a mistake. */
export function envFileVerdict(path: string, mode: number): Finding {
  if ((mode & 0o077) === 0) return ok("env-file-private", { path });
  const judge = (mode & 0o007) === 0 ? warning : wrong;
  return judge("env-file-open", { path, mode: octal(mode) });
}

function dataDirFinding(path: string): Finding {
  const mode = modeOf(path);
  if (mode === undefined) {
    return mayWrite(nearestThere(path)) ? ok("data-dir-new", { path }) : unusableDataDir(path);
  }
  if (!mayWrite(path)) return unusableDataDir(path);
  if ((mode & 0o077) === 0) return ok("data-dir-private", { path });
  return warning("data-dir-open", { path, mode: octal(mode) });
}

function unusableDataDir(path: string): Finding {
  return wrong("data-dir-unusable", { path, user: loginName() });
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = neededNode.split(".").map(Number);
  const isNew = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  return isNew ? ok("node-version", { version }) : wrong("node-old", { version, needed: neededNode });
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode & 0o777;
  } catch {
    return undefined;
  }
}

function nearestThere(path: string): string {
  const above = dirname(path);
  return modeOf(above) === undefined && above !== path ? nearestThere(above) : above;
}

export function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return String(process.getuid?.() ?? "unknown");
  }
}

function octal(mode: number): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}
