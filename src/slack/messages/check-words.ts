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
  // What may well be harmless needs no advice.
  const isCertain = check.level === "block" || findings.some(({ uncertain }) => uncertain !== true);
  const remedy = isCertain ? own(say.remedies, check.id) : undefined;
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
  const shown = findings.slice(0, rows);
  const lines = shown.flatMap((finding, index) => {
    const { path, line, code, message } = finding;
    const known = own(say.findings, code)?.(factsOf(voice, finding, width));
    const onHost = code === "host-differs" ? undefined : finding.facts["onHost"];
    const sentence =
      known === undefined
        ? voice.safe(message, 200)
        : onHost === undefined
          ? known
          : voice.texts.promotion.ofHost(voice.safe(String(onHost), 80), known);
    if (path === "") return [`• ${sentence}`];
    const isSame = (other: Finding | undefined) => other?.path === path && other.line > 0 && line > 0;
    // Several findings of one file name it once.
    if (isSame(shown[index - 1])) return [`   ${voice.code(`:${line}`)} ${sentence}`];
    return isSame(shown[index + 1])
      ? [`• ${place(voice, path, 0, width)}`, `   ${voice.code(`:${line}`)} ${sentence}`]
      : [`• ${place(voice, path, line, width)} ${sentence}`];
  });
  const left = findings.length - shown.length;
  return left > 0 ? [...lines, say.more(left)] : lines;
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

/** No wider than what a phone shows in one line. */
const mostPlace = 32;

function place(voice: Voice, path: string, line: number, width: number): string {
  return voice.code(line > 0 ? `${path}:${line}` : path, Math.min(width, mostPlace));
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

const plainFacts: ReadonlySet<string> = new Set(["kind", "side", "reason", "onHost"]);

/** Only what the catalogue itself has: the names come from plans that may be older than it. */
function own<Value>(words: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
