// What a compose file says about the services that run out of PROD's directory. Pure.

import { posix } from "node:path";
import { parse } from "yaml";
import type { NearbyFile, Surroundings } from "./surveyed.ts";

export type ComposeService = {
  readonly file: string;
  readonly name: string;
  readonly container: string | undefined;
  /** How it is about PROD: its files are mounted, or the image is built of them. */
  readonly use: "mounted" | "built" | "named";
  readonly ports: readonly {
    readonly published: string;
    readonly target: string;
    readonly address: string;
  }[];
  readonly isOnHostNetwork: boolean;
  /** `command`, `entrypoint` and the health check's test, as one text each. */
  readonly command: string;
  readonly test: string;
  readonly startPeriod: string | undefined;
  readonly interval: string | undefined;
  /** How many services the file has. */
  readonly among: number;
};

type Data = Readonly<Record<string, unknown>>;

/** Services that mount PROD's directory or are built of it; those of a file named for PROD stand for it when none does. */
export function servicesOf(surroundings: Surroundings): readonly ComposeService[] {
  const all = surroundings.composeFiles.flatMap((file) => servicesIn(file, surroundings));
  return all.sort((left, right) => rank(right) - rank(left));
}

function rank({ use, file }: ComposeService): number {
  const name = posix.basename(file);
  const byUse = { mounted: 40, built: 30, named: 10 }[use];
  return byUse + (isForProd(name) ? 2 : 0) - (isForOthers(name) ? 5 : 0);
}

function isForProd(name: string): boolean {
  return /(^|[^a-z])prod(uction)?([^a-z]|$)/i.test(name) && !isForOthers(name);
}

function isForOthers(name: string): boolean {
  return /pre-?prod|staging|recette|(^|[^a-z])(dev|test|local|override)([^a-z]|$)/i.test(name);
}

function servicesIn(file: NearbyFile, surroundings: Surroundings): readonly ComposeService[] {
  const services = dataOf(dataOf(parsed(file.text))["services"]);
  const entries = Object.entries(services).filter(([, service]) => isData(service));
  return entries.flatMap(([name, written]) => {
    const service = dataOf(written);
    const use =
      useOf(service, file.path, surroundings) ?? (isNamed(file, entries.length) ? "named" : undefined);
    if (use === undefined) return [];
    const health = dataOf(service["healthcheck"]);
    return [
      {
        file: file.path,
        name,
        container: textOf(service["container_name"]),
        use,
        ports: listOf(service["ports"]).flatMap(portOf),
        isOnHostNetwork: service["network_mode"] === "host",
        command: [service["entrypoint"], service["command"]].map(wordsOf).join(" ").trim(),
        test: wordsOf(health["test"]),
        startPeriod: textOf(health["start_period"]),
        interval: textOf(health["interval"]),
        among: entries.length,
      },
    ];
  });
}

function isNamed(file: NearbyFile, services: number): boolean {
  return services === 1 && isForProd(posix.basename(file.path));
}

function useOf(service: Data, file: string, surroundings: Surroundings): "mounted" | "built" | undefined {
  const mounts = listOf(service["volumes"]).flatMap((volume) => {
    if (isData(volume)) return volume["type"] === "volume" ? [] : (textOf(volume["source"]) ?? []);
    return typeof volume === "string" ? (sourceOf(volume) ?? []) : [];
  });
  if (mounts.some((source) => isProd(source, file, surroundings))) return "mounted";
  const build = service["build"];
  const context = isData(build) ? (textOf(build["context"]) ?? ".") : textOf(build);
  return context !== undefined && isProd(context, file, surroundings) ? "built" : undefined;
}

/** The part of `source:target[:options]` before the first colon that is not inside `${…}`. */
function sourceOf(volume: string): string | undefined {
  const source = /^((?:\$\{[^}]*\}|[^:])*):/.exec(volume)?.[1];
  return source === undefined || /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(source) ? undefined : source;
}

function isProd(written: string, file: string, { home, prodRoot, preprodRoot }: Surroundings): boolean {
  const expanded = filledIn(written, home);
  if (expanded === undefined || /^[a-z]+:\/\//i.test(expanded)) return false;
  const path = posix.resolve(posix.dirname(file), expanded.replace(/^~(?=\/|$)/, home));
  if (path === preprodRoot || path.startsWith(`${preprodRoot}/`)) return false;
  return path === prodRoot || path.startsWith(`${prodRoot}/`);
}

/** `${NAME:-default}` as its default; undefined when a variable is not known here. */
export function filledIn(text: string, home: string): string | undefined {
  let isKnown = true;
  const filled = text.replaceAll(
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?[^}]*\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (_whole, braced: string | undefined, otherwise: string | undefined, bare: string | undefined) => {
      if ((braced ?? bare) === "HOME") return home;
      if (otherwise === undefined) isKnown = false;
      return otherwise ?? "";
    },
  );
  return isKnown ? filled : undefined;
}

function portOf(written: unknown): ComposeService["ports"] {
  if (isData(written)) {
    const [published, target] = [textOf(written["published"]), textOf(written["target"])];
    if (published === undefined || target === undefined || written["protocol"] === "udp") return [];
    return [{ published, target, address: textOf(written["host_ip"]) ?? "" }];
  }
  const text = filledIn(String(written), "");
  const match = /^(?:(\[[^\]]+\]|[\d.]+):)?(\d+):(\d+)(?:\/tcp)?$/.exec(text ?? "");
  if (match === null) return [];
  return [{ address: match[1] ?? "", published: match[2] ?? "", target: match[3] ?? "" }];
}

function parsed(text: string): unknown {
  try {
    return parse(text, { merge: true, maxAliasCount: 100, logLevel: "silent" }) as unknown;
  } catch {
    // Somebody else's file: what cannot be read says nothing.
    return undefined;
  }
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function dataOf(value: unknown): Data {
  return isData(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function wordsOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(" ") : (textOf(value) ?? "");
}
