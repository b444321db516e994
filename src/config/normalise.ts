// From what a person wrote to what the programme uses: complete, in seconds, every path in one spelling.

import type {
  AppConfig,
  Config,
  HealthConfig,
  HookConfig,
  HookPoint,
  HostConfig,
  OwnCheck,
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
  return {
    file,
    locale: written.locale ?? defaults.locale,
    historySeconds: secondsOf(written.history ?? defaults.history),
    hosts,
    apps: new Map(apps),
  };
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
    prod: {
      ...sideOf(prod.hosts ?? (prod.host === undefined ? [] : [prod.host]), prod.root, hosts),
      ...(prod.batch !== undefined && { batch: prod.batch }),
    },
    transfer: prod.transfer ?? defaults.transfer,
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
    backup: {
      keep: written.backup?.keep ?? defaults.backup.keep,
      exclude: written.backup?.exclude ?? [],
      compression: written.backup?.compression ?? defaults.backup.compression,
    },
    rehearse: written.rehearse,
    hooks: hooksOf(written.hooks),
    restart: restartOf(written.restart),
    health: healthOf(written.health, plainRoot(written.prod.root)),
    ...(written["own-checks"] === undefined ? {} : { ownChecks: written["own-checks"].map(ownCheckOf) }),
    ...(preprod.health === undefined ? {} : { preprodHealth: preprodHealthOf(preprod.health) }),
    approval: {
      approvers: approval.approvers,
      required: approval.required ?? defaults.approval.required,
      byRequester: approval["by-requester"] ?? defaults.approval["by-requester"],
      expiresSeconds: secondsOf(approval.expires ?? defaults.approval.expires),
    },
    freeze: (written.freeze ?? []).map(({ cron, for: length, reason }) => ({
      cron,
      forSeconds: secondsOf(length),
      reason,
    })),
    watch: { drift: written.watch?.drift },
  };
}

function sideOf(names: readonly string[], root: string, hosts: ReadonlyMap<string, HostConfig>): SideConfig {
  return { hosts: names.flatMap((name) => hosts.get(name) ?? []), root: plainRoot(root) };
}

function hooksOf(written: WrittenApp["hooks"]): Readonly<Record<HookPoint, readonly HookConfig[]>> {
  const hookOf = (hook: WrittenHook): HookConfig => ({
    when: hook.when ?? [],
    run: hook.run,
    timeoutSeconds: secondsOf(hook.timeout ?? defaults.hook.timeout),
  });
  return {
    "after-swap": (written?.["after-swap"] ?? []).map(hookOf),
    "before-restart": (written?.["before-restart"] ?? []).map(hookOf),
    "after-health": (written?.["after-health"] ?? []).map(hookOf),
  };
}

function restartOf(written: WrittenApp["restart"]): RestartConfig {
  const options = written === "none" || written === undefined ? {} : written;
  const timeoutSeconds = secondsOf(options.timeout ?? defaults.restart.timeout);
  const { compose, systemd, command } = options;
  if (compose !== undefined) {
    const { mode = defaults.restart.mode, services = [] } = options;
    return { kind: "compose", file: plainRoot(compose), mode, services, timeoutSeconds };
  }
  if (systemd !== undefined) {
    const { user = false, sudo = false } = options;
    return { kind: "systemd", unit: systemd, user, sudo, timeoutSeconds };
  }
  return command === undefined
    ? { kind: "none", timeoutSeconds }
    : { kind: "command", command, timeoutSeconds };
}

function healthOf(written: WrittenApp["health"] = {}, root: string): HealthConfig {
  const otherwise = defaults.health;
  return {
    startPeriodSeconds: secondsOf(written["start-period"] ?? otherwise["start-period"]),
    deadlineSeconds: secondsOf(written.deadline ?? otherwise.deadline),
    successes: written.successes ?? otherwise.successes,
    intervalSeconds: secondsOf(written.interval ?? otherwise.interval),
    http: (written.http ?? []).map((probe) => ({
      url: probe.url,
      status: probe.status,
      contains: probe.contains,
      timeoutSeconds: secondsOf(probe.timeout ?? otherwise.http.timeout),
    })),
    container: written.container,
    logs:
      written.logs === undefined
        ? undefined
        : {
            command: written.logs.command,
            root,
            tail: written.logs.tail ?? otherwise.logs.tail,
            forbid: written.logs.forbid ?? [],
          },
  };
}

function ownCheckOf(check: NonNullable<WrittenApp["own-checks"]>[number]): OwnCheck {
  return {
    name: check.name,
    run: check.run,
    level: check.level ?? defaults.ownCheck.level,
    timeoutSeconds: secondsOf(check.timeout ?? defaults.ownCheck.timeout),
  };
}

function preprodHealthOf({
  deadline = defaults.preprodHealth.deadline,
  ...asked
}: NonNullable<WrittenApp["preprod"]["health"]>): HealthConfig {
  return healthOf({ deadline, ...asked }, "");
}

function secondsOf(duration: string): number {
  const seconds = parseDuration(duration);
  if (seconds === undefined) throw new Error(`A duration that the schema let through is none: ${duration}`);
  return seconds;
}
