// What a check found, place by place in the language of the channel, and what to do where it blocks.

import type { CheckResult } from "../../tree/plan.ts";
import type { Voice } from "./voice.ts";

type Finding = NonNullable<CheckResult["findings"]>[number];

/** `rows`: how many places; `width`: how much of a name. Finished mrkdwn. */
export function checkWords(
  voice: Voice,
  check: CheckResult,
  { rows, width }: { readonly rows: number; readonly width: number },
): string {
  const say = voice.texts.checks;
  const title = own(say.titles, check.id);
  const findings = check.findings ?? [];
  const remedy = check.level === "block" ? own(say.remedies, check.id) : undefined;
  const heading = title === undefined ? "" : `*${title}* `;
  const lines =
    findings.length > 0
      ? findingLines(voice, findings, { rows, width })
      : whereLines(voice, check, { rows, width, titled: title !== undefined });
  return [
    `${heading}(${voice.code(check.id, 40)})`,
    ...lines,
    ...(remedy === undefined ? [] : [`:point_right: ${remedy}`]),
  ].join("\n");
}

function findingLines(
  voice: Voice,
  findings: readonly Finding[],
  { rows, width }: { readonly rows: number; readonly width: number },
): readonly string[] {
  const say = voice.texts.checks;
  const [first] = findings;
  const summary = first === undefined ? undefined : own(say.summaries, first.code);
  if (first !== undefined && summary !== undefined) {
    const shown = findings.slice(0, rows).map(({ path }) => voice.code(path, width));
    const left = findings.length - shown.length;
    const names = left > 0 ? `${shown.join(", ")} ${voice.texts.plan.moreNames(left)}` : shown.join(", ");
    return [`${summary(factsOf(voice, first, width))} ${names}`];
  }
  const shown = findings.slice(0, rows).map((finding) => {
    const { path, line, code, message } = finding;
    const sentence = own(say.findings, code)?.(factsOf(voice, finding, width)) ?? voice.safe(message, 200);
    return path === "" ? `• ${sentence}` : `• ${place(voice, path, line, width)} ${sentence}`;
  });
  const left = findings.length - shown.length;
  return left > 0 ? [...shown, say.more(left)] : shown;
}

/** A check that does not say it place by place: its English sentence, unless the places say as much. */
function whereLines(
  voice: Voice,
  { message, where }: CheckResult,
  { rows, width, titled }: { readonly rows: number; readonly width: number; readonly titled: boolean },
): readonly string[] {
  const shown = where.slice(0, rows).map(({ path, line }) => place(voice, path, line, width));
  const left = where.length - shown.length;
  const names = left > 0 ? `${shown.join(", ")} ${voice.texts.plan.moreNames(left)}` : shown.join(", ");
  const sentence = titled && shown.length > 0 ? "" : voice.safe(message, Math.max(60, width * 4));
  return [[sentence, names].filter((part) => part !== "").join(" — ")];
}

function place(voice: Voice, path: string, line: number, width: number): string {
  return voice.code(line > 0 ? `${path}:${line}` : path, width);
}

function factsOf(voice: Voice, { facts }: Finding, width: number): (name: string) => string {
  return (name) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (value === undefined || value === "") return "";
    if (typeof value === "number") return voice.texts.measures.number(value);
    return (
      own(voice.texts.checks.words, value) ??
      (plainFacts.has(name) ? voice.safe(value, 80) : voice.code(value, width))
    );
  };
}

const plainFacts: ReadonlySet<string> = new Set(["kind", "side", "reason"]);

/** Only what the catalogue itself has: the names come from plans that may be older than it. */
function own<Value>(words: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
