// The text of `passerelle.yml`: what was inferred, each line with its reason in a comment. Pure.

import { parse } from "yaml";
import type { HostConfig, SideConfig } from "../config/config.ts";
import { displayLine, displayName } from "../texts/display.ts";
import type { Texts } from "../texts/texts.ts";
import type { Inference } from "./infer.ts";
import type { FoundPattern } from "./infer-lists.ts";
import type { FoundRunning } from "./infer-running.ts";
import { type FoundRule, writtenFrom, writtenTo } from "./mapping.ts";
import type { Note } from "./note.ts";

export type ToWrite = {
  readonly locale: "en" | "fr";
  readonly app: string;
  readonly preprod: SideConfig;
  readonly prod: SideConfig;
  readonly hosts: readonly HostConfig[];
  readonly channel: string | undefined;
  readonly approvers: readonly string[];
  readonly inference: Inference;
};

export function writtenConfigText(toWrite: ToWrite, texts: Texts): string {
  const { app, preprod, prod, channel, approvers, inference } = toWrite;
  const { file } = texts.init;
  const { rules, lists, notes, running, unarchived } = inference;
  const says = (one: Note): string => texts.init.notes[one.code](one.facts);
  const about = (notes: readonly Note[], indent: number): readonly string[] =>
    notes.map((one) => comment(says(one), indent));
  return lines([
    comment(file.head(place(preprod), place(prod)), 0),
    comment(file.how, 0),
    ...(toWrite.locale === "fr" ? ["locale: fr"] : []),
    ...hostLines(toWrite.hosts),
    "apps:",
    `  ${yaml(app)}:`,
    ...(channel === undefined
      ? [comment(file.fillChannel, 4), "    channel:"]
      : [`    channel: ${yaml(channel)} # ${file.channel}`]),
    `    preprod: ${side(preprod)}`,
    `    prod: ${side(prod)}`,
    "",
    comment(file.paths, 4),
    ...(rules.some(({ isDirectory }) => isDirectory) ? [comment(file.keeps, 4)] : []),
    ...about(notes, 4),
    "    paths:",
    ...rules.flatMap((rule) => [...about(rule.notes, 6), ...ruleLines(rule)]),
    ...patternLines("ignore", file.ignore, lists.ignore, says),
    ...patternLines("protect", file.protect, lists.protect, says),
    ...(unarchived.length === 0
      ? []
      : [
          "",
          comment(file.backup, 4),
          `    backup: { keep: 10, exclude: ${list(unarchived.map((directory) => `${directory}/`))} }`,
        ]),
    "",
    ...about(running.restartNotes, 4),
    ...running.hints.flatMap(({ line, note }) => [comment(says(note), 4), comment(`  ${line}`, 4)]),
    ...restartLines(running),
    "",
    ...healthLines(running, file, about),
    "",
    comment(file.approval, 4),
    "    approval:",
    ...(approvers.length === 0 ? [comment(file.fillApprovers, 6)] : []),
    `      approvers: ${list(approvers)}`,
    "      required: 1",
    "      by-requester: false",
    "      expires: 1h",
  ]);
}

function hostLines(hosts: readonly HostConfig[]): readonly string[] {
  const written = hosts.flatMap((host) => {
    if (host.kind === "local") return [];
    const user = host.user === undefined ? "" : `, user: ${yaml(host.user)}`;
    const port = host.port === undefined ? "" : `, port: ${host.port}`;
    return [`  ${yaml(host.name)}: { address: ${yaml(host.address)}${user}${port} }`];
  });
  return written.length === 0 ? [] : ["hosts:", ...written];
}

function ruleLines(rule: FoundRule): readonly string[] {
  const [from, to] = [ruleYaml(writtenFrom(rule)), ruleYaml(writtenTo(rule))];
  const keeps = rule.isDirectory ? ", delete: false" : "";
  const group = rule.group === undefined ? "" : `, group: ${yaml(rule.group)}`;
  if (rule.rewrite === undefined) return [`      - { from: ${from}, to: ${to}${keeps}${group} }`];
  return [
    `      - from: ${from}`,
    `        to: ${to}`,
    "        rewrite:",
    ...rule.rewrite.map(
      ({ match, replace }) => `          - { match: ${quoted(match)}, replace: ${quoted(replace)} }`,
    ),
  ];
}

function patternLines(
  key: string,
  about: string,
  patterns: readonly FoundPattern[],
  says: (note: Note) => string,
): readonly string[] {
  if (patterns.length === 0) return [];
  return [
    "",
    comment(about, 4),
    `    ${key}:`,
    ...patterns.map(({ pattern, note }) => `      - ${yaml(pattern)} # ${oneLine(says(note))}`),
  ];
}

function restartLines({ restart }: FoundRunning): readonly string[] {
  switch (restart.kind) {
    case "compose": {
      const services = restart.services.length === 0 ? "" : `, services: ${list(restart.services)}`;
      return [`    restart: { compose: ${yaml(restart.file)}, mode: ${restart.mode}${services} }`];
    }
    case "command":
      return [`    restart: { command: ${yaml(restart.command)} }`];
    case "none":
      return ["    restart: none"];
  }
}

function healthLines(
  running: FoundRunning,
  file: Texts["init"]["file"],
  about: (notes: readonly Note[], indent: number) => readonly string[],
): readonly string[] {
  const { url, container, startPeriod, forbid } = running;
  if (url === undefined && container === undefined) {
    return [...about([...running.urlNotes, ...running.containerNotes], 4)];
  }
  return [
    comment(file.sure, 4),
    "    health:",
    ...(startPeriod === undefined ? [] : [`      start-period: ${startPeriod} # ${oneLine(file.start)}`]),
    `      deadline: ${running.deadline}`,
    "      successes: 2",
    ...about(running.urlNotes, 6),
    ...(url === undefined ? [] : [comment(file.http, 6), `      http: [{ url: ${quoted(url)} }]`]),
    ...about(running.containerNotes, 6),
    ...(container === undefined ? [] : [`      container: ${yaml(container)}`]),
    ...(container === undefined || forbid.length === 0
      ? []
      : [
          comment(file.logs, 6),
          `      logs: { command: ${quoted(`docker logs ${container}`)}, tail: 50, forbid: ${list(forbid)} }`,
        ]),
  ];
}

function side({ hosts, root }: SideConfig): string {
  return `{ host: ${yaml(hosts[0]?.name ?? "local")}, root: ${yaml(root)} }`;
}

function place({ hosts, root }: SideConfig): string {
  const [host] = hosts;
  return host === undefined || host.kind === "local" ? root : `${host.name}:${root}`;
}

function list(values: readonly string[]): string {
  return `[${values.map(yaml).join(", ")}]`;
}

/** A path that begins with `~` would be taken for a home. */
function ruleYaml(path: string): string {
  return yaml(path.startsWith("~") ? `./${path}` : path);
}

/** A text as YAML takes it for itself, in a block and in a flow. */
export function yaml(text: string): string {
  if (/^[A-Za-z0-9_./~][A-Za-z0-9_./~@-]*$/.test(text) && parse(text) === text) return text;
  return quoted(text);
}

function quoted(text: string): string {
  const isPlain = /^[\x20-\x7e\u00a1-\u1fff\u3001-\ud7ff]*$/.test(text);
  return isPlain ? `'${text.replaceAll("'", "''")}'` : doubleQuoted(text);
}

/** JSON, with everything that is not plain text as an escape. */
function doubleQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function comment(text: string, indent: number): string {
  return `${" ".repeat(indent)}# ${oneLine(text)}`;
}

/** Names of foreign files stand in comments: none may end its line. */
function oneLine(text: string): string {
  return displayLine(displayName(text), 400);
}

function lines(written: readonly string[]): string {
  return `${written.join("\n")}\n`;
}
