// One plan for several hosts of PROD, out of the plan of each: what is shown once, approved once and carried out on each. Pure.

import { createHash } from "node:crypto";
import type { Change, Unexplained } from "./change.ts";
import type { Entry } from "./entry.ts";
import { joinChecks } from "./join-checks.ts";
import { type CheckResult, type Drift, describeMove, type PlanBody, type PlanHost } from "./plan.ts";
import { entrySign, sourceSign } from "./signs.ts";
import { summaryOf } from "./summary.ts";

export type HostPlan = { readonly host: string; readonly body: PlanBody };

/** `each` in the order of the configuration. Of one host its own plan, as it is. */
export function joinPlans(each: readonly HostPlan[], batch: number | undefined): PlanBody {
  const [first] = each;
  if (first === undefined) throw new Error("PROD has no host");
  if (each.length === 1) return first.body;
  const names = each.map(({ host }) => host);
  const changes = joinChanges(each, names);
  const kept = Math.min(...each.map(({ body }) => body.summary.kept));
  const paths = new Set<string>();
  const counted = changes.filter(({ path }) => !paths.has(path) && paths.add(path));
  return {
    ...first.body,
    digest: digestOf(each, batch),
    changes,
    summary: summaryOf(counted, { equal: { count: kept, digest: "" }, onlyInProd: noPaths }),
    onlyInProd: [...new Set(each.flatMap(({ body }) => body.onlyInProd))].sort(),
    unexplained: joined<Unexplained>(each, names, ({ unexplained }) => unexplained, signOfPlace),
    drift: joinDrift(each, names),
    checks: [
      ...differenceCheck(changes, names),
      ...joinChecks(each.map(({ host, body }) => ({ host, checks: body.checks }))),
    ],
    batch: batch ?? 1,
    hosts: each.map(({ host, body }) => hostOf(host, body, changes)),
  };
}

/** The plan as it is for one of its hosts. */
export function planOn<Plan extends PlanBody>(plan: Plan, host: string): Plan {
  const own = plan.hosts?.find(({ name }) => name === host);
  if (own === undefined) return plan;
  const before = new Map(own.before);
  const isOn = ({ hosts }: { readonly hosts?: readonly string[] }): boolean => hosts?.includes(host) ?? true;
  const changes = plan.changes.filter(isOn).map((change): Change => {
    const { hosts: _hosts, ...rest } = change;
    const there = before.get(change.path);
    return there === undefined ? rest : { ...rest, before: there };
  });
  return {
    ...plan,
    changes,
    summary: summaryOf(changes, { equal: { count: own.kept, digest: "" }, onlyInProd: noPaths }),
    unexplained: plan.unexplained.filter(isOn),
    drift: plan.drift.filter(isOn),
  };
}

/** Whether the hosts' changes bring the same of PREPROD: it may have moved while one host after the other was read. */
export function areOfOneSource(each: readonly (readonly Change[])[]): boolean {
  const seen = new Map<string, string>();
  for (const changes of each) {
    for (const change of changes) {
      if (change.after === undefined) continue;
      const sign = JSON.stringify([change.from ?? "", sourceSign(change)]);
      if ((seen.get(change.path) ?? sign) !== sign) return false;
      seen.set(change.path, sign);
    }
  }
  return true;
}

/** The paths that are not any more what a plan was made of, on whichever host. */
export function describeMoves(planned: PlanBody, now: PlanBody): readonly string[] {
  if (planned.hosts === undefined || now.hosts === undefined) return describeMove(planned, now);
  const hosts = new Set([...planned.hosts, ...now.hosts].map(({ name }) => name));
  const moved = [...hosts].flatMap((host) => describeMove(planOn(planned, host), planOn(now, host)));
  return [...new Set(moved)].sort();
}

const noPaths = { count: 0, digest: "", paths: [] };

function joinChanges(each: readonly HostPlan[], names: readonly string[]): readonly Change[] {
  return joined<Change>(each, names, ({ changes }) => changes, signOf).toSorted((left, right) =>
    left.path < right.path ? -1 : left.path > right.path ? 1 : 0,
  );
}

function signOf(change: Change): string {
  const { kind, path, from = "", before } = change;
  return JSON.stringify([kind, path, from, entrySign(before), sourceSign(change)]);
}

function signOfPlace({ side, path }: Unexplained): string {
  return `${side} ${path}`;
}

/** Each thing once, as the first host has it, with the hosts that have it where not all of them do. */
function joined<Thing extends { readonly hosts?: readonly string[] }>(
  each: readonly HostPlan[],
  names: readonly string[],
  of: (body: PlanBody) => readonly Thing[],
  sign: (thing: Thing) => string,
): readonly Thing[] {
  const found = new Map<string, { readonly thing: Thing; readonly hosts: string[] }>();
  for (const { host, body } of each) {
    for (const thing of of(body)) {
      const known = found.get(sign(thing));
      if (known === undefined) found.set(sign(thing), { thing, hosts: [host] });
      else known.hosts.push(host);
    }
  }
  return [...found.values()].map(({ thing, hosts }) =>
    hosts.length === names.length ? thing : { ...thing, hosts },
  );
}

/** Each host was left at its own time: the oldest one is told. */
function joinDrift(each: readonly HostPlan[], names: readonly string[]): readonly Drift[] {
  const oldest = new Map<string, string>();
  const sign = ({ path, was }: Drift): string => `${was} ${path}`;
  for (const { body } of each) {
    for (const drift of body.drift) {
      const known = oldest.get(sign(drift));
      if (known === undefined || drift.since < known) oldest.set(sign(drift), drift.since);
    }
  }
  return joined<Drift>(each, names, ({ drift }) => drift, sign)
    .map((drift) => ({ ...drift, since: oldest.get(sign(drift)) ?? drift.since }))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

function hostOf(host: string, body: PlanBody, joinedChanges: readonly Change[]): PlanHost {
  const shown = new Map<string, Entry | undefined>();
  for (const { path, before, hosts } of joinedChanges)
    if (hosts?.includes(host) ?? true) shown.set(path, before);
  const before = body.changes.flatMap((change): readonly (readonly [string, Entry])[] =>
    change.before === undefined || JSON.stringify(change.before) === JSON.stringify(shown.get(change.path))
      ? []
      : [[change.path, change.before]],
  );
  return { name: host, before, kept: body.summary.kept };
}

function digestOf(each: readonly HostPlan[], batch: number | undefined): string {
  const decides = JSON.stringify([batch ?? 1, ...each.map(({ host, body }) => [host, body.digest])]);
  return `sha256:${createHash("sha256").update(decides).digest("hex")}`;
}

const mostFindings = 100;

/** Truly equal hosts need no word; of others a person has to know before all of them become equal. */
function differenceCheck(changes: readonly Change[], names: readonly string[]): readonly CheckResult[] {
  const differing = Map.groupBy(
    changes.filter(({ hosts }) => hosts !== undefined),
    ({ path }) => path,
  );
  if (differing.size === 0) return [];
  const findings = [...differing].slice(0, mostFindings).map(([path, own]) => {
    const onHost = differingHosts(own, names).join(", ");
    const message = `${path} is not the same on ${onHost} as on the others`;
    return { code: "host-differs", path, line: 0, facts: { onHost }, message };
  });
  const count = differing.size;
  const message = `PROD is not the same on its hosts (${names.join(", ")}): ${count === 1 ? "a path differs" : `${count} paths differ`}. The plan makes each of them what PREPROD is.`;
  return [
    {
      id: "hosts-differ",
      level: "warn",
      message,
      where: findings.map(({ path }) => ({ path, line: 0 })),
      findings,
    },
  ];
}

/** Those that are not like most of them. `changes` are all of one path. */
function differingHosts(changes: readonly Change[], names: readonly string[]): readonly string[] {
  const changing = changes.map(({ hosts = [] }) => hosts);
  const same = names.filter((name) => !changing.some((hosts) => hosts.includes(name)));
  const groups = [same, ...changing].filter((group) => group.length > 0);
  const [most = []] = groups.toSorted((one, other) => other.length - one.length);
  return names.filter((name) => !most.includes(name));
}
