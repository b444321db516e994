// What a promotion made of PROD, put together from what its steps recorded. Pure.

import { factsOn, joinFacts } from "./host-facts.ts";
import type { HostImpact, Impact } from "./impact.ts";
import type { Facts, PromotionRecord, StepRecord } from "./promotions.ts";
import { hostOf, hostsOf, kindOf } from "./step-names.ts";

export function impactOf(record: Pick<PromotionRecord, "steps">): Impact {
  const { steps } = record;
  const each = hostsOf(steps).map((host) => ({ host, facts: factsOfAll(steps, host) }));
  const facts = each.length === 0 ? factsOfAll(steps) : { ...factsOfAll(steps), ...joinFacts(each) };
  const number = (key: string): number => Number(facts[key] ?? 0);
  const numbers = (...keys: readonly (keyof Impact & string)[]): Partial<Impact> =>
    Object.fromEntries(keys.flatMap((key) => (typeof facts[key] === "number" ? [[key, facts[key]]] : [])));
  const hosts = each.map((one): HostImpact => {
    return {
      host: one.host,
      downtimeSeconds: downtimeOf(steps, one.host),
      healthAfter: String(one.facts["healthAfter"] ?? ""),
      answersAfter: String(one.facts["answersAfter"] ?? ""),
      untouched: one.facts["untouched"] === true,
    };
  });
  return {
    filesChanged: number("filesChanged"),
    bytesBefore: number("bytesBefore"),
    bytesAfter: number("bytesAfter"),
    linesAdded: number("linesAdded"),
    linesRemoved: number("linesRemoved"),
    healthBefore: String(facts["healthBefore"] ?? ""),
    healthAfter: String(facts["healthAfter"] ?? ""),
    downtimeSeconds:
      hosts.length === 0
        ? downtimeOf(steps)
        : Math.max(...hosts.map(({ downtimeSeconds }) => downtimeSeconds)),
    swapMilliseconds: number("swapMilliseconds"),
    ...numbers("filesBefore", "filesAfter", "logErrorsBefore", "logErrorsAfter"),
    answersBefore: String(facts["answersBefore"] ?? ""),
    answersAfter: String(facts["answersAfter"] ?? ""),
    ...(hosts.length > 0 && { hosts }),
  };
}

/** Of a host: what all hosts share, as it is there, and its own steps. */
function factsOfAll(steps: readonly StepRecord[], host?: string): Facts {
  const own = steps.filter(({ name }) => hostOf(name) === undefined || hostOf(name) === host);
  const each = own.map(({ facts }) => (host === undefined ? facts : factsOn(host, facts)));
  return Object.assign({}, ...each) as Facts;
}

function downtimeOf(steps: readonly StepRecord[], host?: string): number {
  const step = (kind: string): StepRecord | undefined =>
    steps.find(({ name }) => kindOf(name) === kind && hostOf(name) === host);
  const [restart, health] = [step("restart"), step("health")];
  // While hooks run the app serves: the old version before the restart, the new one once it is healthy.
  const hooks = (one: StepRecord | undefined): number => 1000 * Number(one?.facts["hookSeconds"] ?? 0);
  const from = restart?.startedAt === undefined ? undefined : Date.parse(restart.startedAt) + hooks(restart);
  const to = health?.finishedAt === undefined ? undefined : Date.parse(health.finishedAt) - hooks(health);
  if (from === undefined || to === undefined || health?.facts["untouched"] === true) return 0;
  return Math.max(0, Math.round((to - from) / 100) / 10);
}
