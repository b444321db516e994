// What must hold between the keys of a configuration, each rule by its name.

import { checkNames } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import type { Mistake } from "./mistakes.ts";
import {
  bothDirectoriesOrBothFiles,
  destinationsAreApart,
  everyRuleCanMatch,
  rulesAreNotForbidden,
} from "./path-rules.ts";
import type { KeyPath } from "./positions.ts";
import { type App, type AppRule, type Config, type Rule, wrong } from "./rule.ts";
import {
  hostsAreKnown,
  prodHostsAreApart,
  prodIsSomewhere,
  prodRootsAreApart,
  sidesAreApart,
} from "./side-rules.ts";

/** Every mistake between keys; what did not fit the schema is left out of `config`. */
export function brokenRules(config: Config): readonly Mistake[] {
  return [
    ...rules.flatMap((rule) => [...rule(config)]),
    ...Object.entries(config.apps ?? {}).flatMap(([name, app]) =>
      app === undefined ? [] : appRules.flatMap((rule) => [...rule(app, ["apps", name], config)]),
    ),
  ];
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

function* namesAreUsable(config: Config): Iterable<Mistake> {
  for (const kind of ["hosts", "apps"] as const) {
    for (const name of Object.keys(config[kind] ?? {})) {
      if (nameForm.test(name)) continue;
      yield wrong(
        [kind, name],
        "is no usable name: letters, digits, ., - and _, a letter or digit first, at most 63",
        "key",
      );
    }
  }
}

function* thereIsAnApp(config: Config): Iterable<Mistake> {
  if (config.apps !== undefined && Object.keys(config.apps).length === 0) {
    yield wrong(["apps"], "must not be empty: describe an app under it");
  }
}

function* localIsTaken(config: Config): Iterable<Mistake> {
  if (config.hosts?.["local"] === undefined) return;
  yield wrong(["hosts", "local"], "is always the bot's own machine; give this host another name", "key");
}

function* approversAreEnough(app: App, at: KeyPath): Iterable<Mistake> {
  const { approvers, required = 1 } = app.approval ?? {};
  const path = [...at, "approval"];
  const known = (approvers ?? []).filter((approver) => approver !== undefined);
  for (const [index, approver] of (approvers ?? []).entries()) {
    if (approver !== undefined && approvers?.indexOf(approver) !== index) {
      yield wrong([...path, "approvers", index], `"${approver}" stands here twice`);
    }
  }
  const isWhole = approvers !== undefined && known.length === approvers.length && known.length > 0;
  const people = new Set(known).size;
  if (isWhole && !known.some((approver) => approver.startsWith("S")) && required > people) {
    yield wrong(
      [...path, "required"],
      `asks for ${required} approvals while there ${people === 1 ? "is 1 approver" : `are ${people} approvers`}`,
    );
  }
}

function* restartIsOneWay(app: App, at: KeyPath): Iterable<Mistake> {
  const restart = app.restart;
  if (restart === undefined || restart === "none") return;
  const path = [...at, "restart"];
  const ways = (["compose", "systemd", "command"] as const).filter((way) => restart[way] !== undefined);
  if (ways.length > 1)
    yield wrong([...path, ways[1] ?? ""], `stands beside ${ways[0]}; an app is restarted in one way`, "key");
  if (ways.length === 0)
    yield wrong(path, "needs compose, systemd or command; write `restart: none` for an app that needs none");
  const options = { mode: "compose", services: "compose", user: "systemd", sudo: "systemd" } as const;
  for (const [option, way] of Object.entries(options) as [keyof typeof options, "compose" | "systemd"][]) {
    if (restart[option] !== undefined && ways.length > 0 && restart[way] === undefined) {
      yield wrong([...path, option], `belongs to ${way}, which is not here; leave it out`, "key");
    }
  }
  if (restart.user === true && restart.sudo === true) {
    yield wrong(
      [...path, "sudo"],
      "cannot go with user: a unit of the login's own needs no sudo; keep one of them",
      "key",
    );
  }
}

/** Their results stand beside those of the other checks, so each name means one of them. */
const taken: ReadonlySet<string> = new Set([
  ...checkNames,
  "empty-source",
  "source-empty",
  "rewrite",
  "prod-hosts",
  "hosts-differ",
]);

function* ownChecksAreNamed(app: App, at: KeyPath): Iterable<Mistake> {
  const names = (app["own-checks"] ?? []).map((check) => check?.name);
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    const path = [...at, "own-checks", index, "name"];
    if (taken.has(name)) yield wrong(path, `"${name}" is the name of a built-in check; choose another one`);
    else if (names.indexOf(name) !== index) yield wrong(path, `"${name}" stands here twice`);
  }
}

function* preprodIsAsked(app: App, at: KeyPath): Iterable<Mistake> {
  const health = app.preprod?.health;
  if (health === undefined || health.container !== undefined) return;
  if (health.http === undefined || health.http.length === 0)
    yield wrong([...at, "preprod", "health"], "asks nothing; it needs http or container");
}

function* healthHasTime(app: App, at: KeyPath): Iterable<Mistake> {
  const health = app.health;
  const start = parseDuration(health?.["start-period"] ?? "0s") ?? 0;
  if (
    health?.deadline !== undefined &&
    start >= (parseDuration(health.deadline) ?? Number.POSITIVE_INFINITY)
  ) {
    yield wrong(
      [...at, "health", "deadline"],
      `must be longer than the start period (${health["start-period"]})`,
    );
  } else if (health !== undefined && health.deadline === undefined && start >= 120) {
    yield wrong(
      [...at, "health", "start-period"],
      "is longer than the deadline, which is 2m when left out; write a deadline",
    );
  }
}

const rules: readonly Rule[] = [namesAreUsable, thereIsAnApp, localIsTaken, prodRootsAreApart];

const appRules: readonly AppRule[] = [
  hostsAreKnown,
  prodIsSomewhere,
  prodHostsAreApart,
  sidesAreApart,
  bothDirectoriesOrBothFiles,
  destinationsAreApart,
  everyRuleCanMatch,
  rulesAreNotForbidden,
  approversAreEnough,
  restartIsOneWay,
  preprodIsAsked,
  ownChecksAreNamed,
  healthHasTime,
];
