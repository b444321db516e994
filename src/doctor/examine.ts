// Everything that `passerelle doctor` looks at: all at once, each with its time limit, told in one order.

import type { AppConfig, Config, HostConfig } from "../config/config.ts";
import { type SalvagedEnvironment, secretsOf } from "../config/environment.ts";
import { isFailure } from "../errors.ts";
import type { RoomLogger } from "../slack/logging.ts";
import { createMask } from "../texts/mask.ts";
import type { SshOptions } from "../transport/ssh-settings.ts";
import { createTransports } from "../transport/transports.ts";
import { examineConfig } from "./examine-config.ts";
import { examineDatabase } from "./examine-database.ts";
import { examineHost } from "./examine-host.ts";
import { examineSlack } from "./examine-slack.ts";
import { examineTarget } from "./examine-target.ts";
import { type Finding, type FindingFacts, failed, type Section, wrong } from "./finding.ts";
import type { Past } from "./target-verdict.ts";

export type DoctorOptions = {
  readonly found: SalvagedEnvironment;
  /** Only these; all of the configuration when left out. */
  readonly apps: readonly string[] | undefined;
  readonly logger: RoomLogger;
  readonly now?: () => number;
  readonly ssh?: SshOptions;
  /** For each of the examinations; the whole takes little longer. */
  readonly limitSeconds?: number;
  /** Called once, before the first section is told. */
  readonly onConfig?: (config: Config | undefined) => void;
  /** In the order in which they are shown. */
  readonly onSection?: (section: Section) => void;
  readonly onProgress?: (done: number, all: number) => void;
};

type Examination = Omit<Section, "findings"> & { readonly findings: Promise<readonly Finding[]> };

const usualLimitSeconds = 90;
const nobodyKnows: Past = { running: undefined, verified: new Map() };

export async function examine(options: DoctorOptions): Promise<readonly Section[]> {
  const { now = Date.now, limitSeconds = usualLimitSeconds } = options;
  const mask = createMask(secretsOf(options.found.environment));
  const { config, findings } = await examineConfig(options.found, options.apps ?? []);
  options.onConfig?.(config);
  const hosts = config?.hosts ?? new Map<string, HostConfig>();
  const transports = createTransports({ hosts }, { readyTimeoutSeconds: 10, ...options.ssh });
  try {
    const examinations = [
      { room: "configuration", name: "", findings: Promise.resolve(findings) },
      ...begin(options.found, chosen(config, options.apps), (host) => transports.for(host), {
        ...options,
        now,
      }),
    ] satisfies readonly Examination[];
    let done = 0;
    const limited = examinations.map(async ({ findings: looking, ...about }): Promise<Section> => {
      const found = await within(limitSeconds, looking);
      done += 1;
      options.onProgress?.(done, examinations.length);
      return { ...about, findings: found.map((finding) => masked(finding, mask)) };
    });
    const sections: Section[] = [];
    for (const section of limited) {
      sections.push(await section);
      const [last] = sections.slice(-1);
      if (last !== undefined) options.onSection?.(last);
    }
    return sections;
  } finally {
    // A host that hangs would keep us waiting for its connection.
    await within(
      2,
      transports.closeAll().then(() => []),
    );
  }
}

function begin(
  { environment }: SalvagedEnvironment,
  apps: ReadonlyMap<string, AppConfig>,
  transportFor: Parameters<typeof examineTarget>[1],
  { logger, now }: DoctorOptions & { readonly now: () => number },
): readonly Examination[] {
  const database = examineDatabase(environment, now);
  const past = database.then(
    (examined) => examined.past,
    () => nobodyKnows,
  );
  return [
    { room: "slack", name: "", findings: examineSlack(environment.slack, apps, { logger, now }) },
    ...[...hostsOf(apps).values()].map(({ host, use }): Examination => {
      // A transport that cannot be opened is a finding, too.
      const findings = (async () => examineHost(host, transportFor(host), use, now))();
      return { room: "host", name: host.name, findings };
    }),
    ...[...apps.values()].flatMap((app) =>
      examineTarget(app, transportFor, past).map(({ host, findings }): Examination => {
        return { room: "target", name: app.name, ...(host !== undefined && { host }), findings };
      }),
    ),
    { room: "database", name: "", findings: database.then((examined) => examined.findings) },
  ];
}

/** A host of both sides has to do what PROD's has to. */
function hostsOf(
  apps: ReadonlyMap<string, AppConfig>,
): ReadonlyMap<string, { readonly host: HostConfig; readonly use: "reading" | "writing" }> {
  const hosts = new Map<string, { host: HostConfig; use: "reading" | "writing" }>();
  for (const { preprod } of apps.values())
    for (const host of preprod.hosts) hosts.set(host.name, { host, use: "reading" });
  for (const { prod } of apps.values())
    for (const host of prod.hosts) hosts.set(host.name, { host, use: "writing" });
  return hosts;
}

function chosen(
  config: Config | undefined,
  names: readonly string[] | undefined,
): ReadonlyMap<string, AppConfig> {
  const apps = config?.apps ?? new Map<string, AppConfig>();
  return names === undefined ? apps : new Map([...apps].filter(([name]) => names.includes(name)));
}

/** What takes too long, or fails in a way that nobody foresaw, is a finding too: the rest is still told. */
async function within(seconds: number, looking: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => resolve([wrong("took-too-long", { seconds })]), seconds * 1000);
  });
  try {
    return await Promise.race([looking, late]);
  } catch (error) {
    if (isFailure(error)) return [failed(error)];
    return [wrong("unexpected", { reason: error instanceof Error ? error.message : String(error) })];
  } finally {
    clearTimeout(timer);
  }
}

function masked(finding: Finding, mask: (text: string) => string): Finding {
  const facts: FindingFacts = Object.fromEntries(
    Object.entries(finding.facts).map(([name, fact]) => [
      name,
      typeof fact === "string" ? mask(fact) : isList(fact) ? fact.map(mask) : fact,
    ]),
  );
  return { ...finding, facts };
}

function isList(fact: FindingFacts[string]): fact is readonly string[] {
  return Array.isArray(fact);
}
