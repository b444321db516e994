// From what a person wrote to what the programme uses: complete, in seconds, every path in one spelling.

import type {
  AppConfig,
  Config,
  HealthConfig,
  HookConfig,
  HookPoint,
  HostConfig,
  RestartConfig,
  SideConfig,
} from "./config.ts";
import { builtInIgnore, defaults } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import { plainPath, plainRoot } from "./paths.ts";
import type { WrittenApp, WrittenConfig, WrittenHook, WrittenHost } from "./schema.ts";

/** Expects what the schema and the rules let through. */
export function normalise(file: string, written: WrittenConfig): Config {
  const hosts = new Map<string, HostConfig>([["local", { kind: "local", name: "local" }]]);
  for (const [name, host] of Object.entries(written.hosts ?? {})) hosts.set(name, hostOf(name, host));
  const apps = Object.entries(written.apps).map(([name, app]) => [name, appOf(name, app, hosts)] as const);
  return { file, locale: written.locale ?? defaults.locale, hosts, apps: new Map(apps) };
}

function hostOf(name: string, written: WrittenHost): HostConfig {
  return {
    kind: "ssh",
    name,
    address: written.address,
    port: written.port,
    user: written.user,
    identityFile: written["identity-file"],
    fingerprint: written.fingerprint,
    transport: written.transport ?? defaults.transport,
  };
}

function appOf(name: string, written: WrittenApp, hosts: ReadonlyMap<string, HostConfig>): AppConfig {
  const { prod, preprod, approval } = written;
  return {
    name,
    channel: written.channel,
    preprod: sideOf([preprod.host], preprod.root, hosts),
    prod: sideOf(prod.hosts ?? (prod.host === undefined ? [] : [prod.host]), prod.root, hosts),
    paths: written.paths.map((rule) => ({
      from: plainPath(rule.from),
      to: plainPath(rule.to),
      delete: rule.delete ?? false,
      group: rule.group,
      rewrite: rule.rewrite ?? [],
    })),
    ignore: [...builtInIgnore, ...(written.ignore ?? [])],
    protect: written.protect ?? [],
    checks: Object.fromEntries(
      Object.entries(written.checks ?? {}).filter(([, level]) => level !== undefined),
    ),
    container: written.container,
    logs:
      written.logs === undefined
        ? undefined
        : {
            command: written.logs.command,
            tail: written.logs.tail ?? otherwise.logs.tail,
            forbid: written.logs.forbid ?? [],
          },
  };
}

function secondsOf(duration: string): number {
  const seconds = parseDuration(duration);
  if (seconds === undefined) throw new Error(`A duration that the schema let through is none: ${duration}`);
  return seconds;
}
