// What a step that runs on several hosts says of all of them, and what of each where they differ. Pure.

import type { Facts } from "./promotions.ts";

export type FactsOfHost = { readonly host: string; readonly facts: Facts };
type Fact = Facts[string];

const badHealth = ["unhealthy", "unknown", "healthy"];

/** The most of each number, the worse health, the first of other words; where a host differs, its own under `name@host`. */
export function joinFacts(each: readonly FactsOfHost[]): Facts {
  const names = [...new Set(each.flatMap(({ facts }) => Object.keys(facts)))];
  const joined: Record<string, Fact> = {};
  for (const name of names) {
    const values = each.flatMap(({ host, facts }) => {
      const value = facts[name];
      return value === undefined ? [] : [{ host, value }];
    });
    const all = joinValues(values.map(({ value }) => value));
    joined[name] = all;
    for (const { host, value } of values) if (value !== all) joined[`${name}@${host}`] = value;
  }
  return joined;
}

/** What `joinFacts` kept of one host. */
export function factsOn(host: string, facts: Facts): Facts {
  const end = `@${host}`;
  const common = Object.entries(facts).filter(([name]) => !name.includes("@"));
  const own = Object.entries(facts).flatMap(([name, value]) =>
    name.endsWith(end) ? [[name.slice(0, -end.length), value] as const] : [],
  );
  return Object.fromEntries([...common, ...own]);
}

function joinValues(values: readonly Fact[]): Fact {
  const [first = ""] = values;
  if (values.every((value) => typeof value === "number")) return Math.max(...values);
  if (values.every((value) => typeof value === "boolean")) return values.every(Boolean);
  return badHealth.find((word) => values.includes(word) && badHealth.includes(String(first))) ?? first;
}

const added: ReadonlySet<string> = new Set(["staged", "stagedOf", "rate"]);

/** While they work: how much of all that goes to them is there, and how many of them are ready. */
export function joinProgress(
  latest: ReadonlyMap<string, Facts>,
  { ready, of }: { readonly ready: number; readonly of: number },
): Facts {
  const joined: Record<string, number> = {};
  for (const facts of latest.values()) {
    for (const [name, value] of Object.entries(facts)) {
      if (typeof value !== "number") continue;
      if (added.has(name)) joined[name] = (joined[name] ?? 0) + value;
      if (name === "secondsLeft") joined[name] = Math.max(joined[name] ?? 0, value);
    }
  }
  return { ...joined, hostsReady: ready, hostsOf: of };
}
