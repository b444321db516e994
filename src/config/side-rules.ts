// What must hold between the two sides of an app, their hosts, and the other apps.

import { type Mistake, nearest, orList } from "./mistakes.ts";
import { plainRoot } from "./paths.ts";
import type { KeyPath } from "./positions.ts";
import { type App, type Config, wrong } from "./rule.ts";

export function* prodRootsAreApart(config: Config): Iterable<Mistake> {
  const earlier: { name: string; side: Place }[] = [];
  for (const [name, app] of Object.entries(config.apps ?? {})) {
    for (const side of places(app?.prod, config)) {
      const taken = earlier.find((other) => other.name !== name && nested(other.side, side) !== undefined);
      if (taken !== undefined) {
        const how = nested(taken.side, side) === "same" ? "is also" : "is inside, or around,";
        yield wrong(
          ["apps", name, "prod", "root"],
          `${how} PROD of ${taken.name}; each app needs a PROD of its own`,
        );
        break;
      }
      earlier.push({ name, side });
    }
  }
}

export function* hostsAreKnown(app: App, at: KeyPath, config: Config): Iterable<Mistake> {
  const known = ["local", ...Object.keys(config.hosts ?? {})];
  const named: [string | undefined, KeyPath][] = [
    [app.preprod?.host, [...at, "preprod", "host"]],
    [app.prod?.host, [...at, "prod", "host"]],
    ...(app.prod?.hosts ?? []).map((host, index): [string | undefined, KeyPath] => [
      host,
      [...at, "prod", "hosts", index],
    ]),
  ];
  for (const [host, path] of named) {
    if (host === undefined || known.includes(host)) continue;
    const meant = nearest(host, known);
    const hint =
      meant === undefined
        ? `describe it under hosts:, or write ${orList(known)}`
        : `did you mean \`${meant}\`?`;
    yield wrong(path, `names no host "${host}"; ${hint}`);
  }
}

export function* prodIsSomewhere(app: App, at: KeyPath): Iterable<Mistake> {
  const prod = app.prod;
  if (prod === undefined) return;
  const path = [...at, "prod"];
  if (prod.host !== undefined && prod.hosts !== undefined)
    yield wrong([...path, "hosts"], "stands beside host; keep one of them", "key");
  if (prod.host === undefined && prod.hosts === undefined)
    yield wrong(path, "needs host, or hosts for several machines");
  if (prod.hosts?.length === 0) yield wrong([...path, "hosts"], "must not be empty");
  const { batch, hosts } = prod;
  if (batch === undefined) return;
  if (hosts === undefined)
    yield wrong([...path, "batch"], "belongs to hosts, which is not here; leave it out", "key");
  else if (batch > hosts.length && hosts.length > 0)
    yield wrong([...path, "batch"], `is more than the ${hosts.length} of hosts; leave it out or write fewer`);
}

export function* prodHostsAreApart(app: App, at: KeyPath, config: Config): Iterable<Mistake> {
  const seen = new Map<string, string>();
  for (const [index, host] of (app.prod?.hosts ?? []).entries()) {
    if (host === undefined) continue;
    const machine = machineOf(host, config);
    const other = seen.get(machine);
    if (other === host) yield wrong([...at, "prod", "hosts", index], `"${host}" stands here twice`);
    else if (other !== undefined)
      yield wrong([...at, "prod", "hosts", index], `"${host}" is the same machine as "${other}"`);
    seen.set(machine, other ?? host);
  }
}

export function* sidesAreApart(app: App, at: KeyPath, config: Config): Iterable<Mistake> {
  const [preprod] = places(app.preprod, config);
  if (preprod === undefined) return;
  for (const prod of places(app.prod, config)) {
    const relation = nested(preprod, prod);
    if (relation === undefined) continue;
    const sentence = {
      same: "is PREPROD itself; the two sides need directories of their own",
      inside: "is inside PREPROD's root; the two sides need directories beside each other",
      around: "has PREPROD's root inside it; the two sides need directories beside each other",
    }[relation];
    yield wrong([...at, "prod", "root"], sentence);
    return;
  }
}

type Place = { readonly machine: string; readonly root: string };

function places(
  side:
    | {
        readonly host?: string | undefined;
        readonly hosts?: readonly (string | undefined)[] | undefined;
        readonly root?: string | undefined;
      }
    | undefined,
  config: Config,
): readonly Place[] {
  const root = side?.root;
  if (root === undefined) return [];
  const hosts = [side?.host, ...(side?.hosts ?? [])].filter((host) => host !== undefined);
  return hosts.map((host) => ({ machine: machineOf(host, config), root: plainRoot(root) }));
}

/** Two names of one address are one machine; what only the machines themselves know is looked at when they are reached. */
function machineOf(host: string, config: Config): string {
  const written = config.hosts?.[host];
  const { address, port = 22 } = written ?? {};
  return host === "local" || address === undefined ? host : `${address.toLowerCase()} ${port}`;
}

function nested(outer: Place, inner: Place): "same" | "inside" | "around" | undefined {
  if (outer.machine !== inner.machine) return undefined;
  if (outer.root === inner.root) return "same";
  if (inner.root.startsWith(`${outer.root}/`)) return "inside";
  return outer.root.startsWith(`${inner.root}/`) ? "around" : undefined;
}
