// The steps of a promotion as a list with a mark, what each came to, and how long it took.

import type { Facts, Failure, StepName, StepRecord } from "../../promotion/promotions.ts";
import { hostOf, kindOf } from "../../promotion/step-names.ts";
import { stepTitle } from "../../texts/texts.ts";
import { areMany, hostLine, hostRows } from "./host-rows.ts";
import type { Voice } from "./voice.ts";

const marks: Readonly<Record<StepRecord["status"], string>> = {
  waiting: ":white_circle:",
  running: ":arrows_counterclockwise:",
  done: ":white_check_mark:",
  failed: ":x:",
  skipped: ":heavy_minus_sign:",
};

/** `now` measures what is running; `because` is said at the step that failed. */
export function checklist(
  voice: Voice,
  steps: readonly StepRecord[],
  {
    now,
    failed,
  }: { readonly now: Date; readonly failed?: { readonly step: StepName; readonly because: Failure } },
): string {
  const over = failed !== undefined;
  const line = (step: StepRecord): string => {
    const because =
      failed?.step === step.name && step.status === "failed" ? voice.failure(failed.because) : "";
    return stepLine(voice, step, now, because);
  };
  const rows = hostRows(steps);
  const first = rows[0]?.host;
  const rolledBack = !steps.some(({ name }) => name === "verify");
  return steps
    .flatMap((step) => {
      const host = hostOf(step.name);
      if (host === undefined) return over && step.status === "waiting" ? [] : [line(step)];
      // All that a host goes through is one line, and all hosts stand where the first one begins.
      return host === first && kindOf(step.name) === "swap"
        ? rows.map((row) => {
            const isReason = failed !== undefined && hostOf(failed.step) === row.host;
            return hostLine(voice, row, { over, rolledBack, brief: areMany(rows) && !isReason, line });
          })
        : [];
    })
    .join("\n");
}

export function stepLine(voice: Voice, step: StepRecord, now: Date, because = ""): string {
  const { texts } = voice;
  const seconds = secondsOf(step, now);
  const name = stepTitle(texts, step.name);
  const title = step.status === "running" || step.status === "failed" ? `*${name}*` : name;
  const facts = [
    because === "" ? factWords(voice, step.facts) : because,
    seconds === undefined ? "" : texts.measures.duration(seconds),
  ];
  const told = facts.filter((part) => part !== "").join(" · ");
  return `${mark(step)} ${title}${told === "" ? "" : ` — ${told}`}`;
}

/** What is known of these facts, in words; facts without words of their own are for the log. */
export function factWords(voice: Voice, facts: Facts): string {
  const { texts } = voice;
  const number = (name: string) => {
    const value = facts[name];
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  const words = (name: string, max = 120) => {
    const value = facts[name];
    return typeof value === "string" && value !== "" ? voice.safe(value, max) : "";
  };
  const say = <T>(value: T | undefined, put: (value: T) => string) => (value === undefined ? "" : put(value));
  const counted = texts.promotion.facts;
  const attempt = number("attempt") ?? 1;
  const some = (name: string, put: (n: number) => string) => say(number(name), (n) => (n > 0 ? put(n) : ""));
  const rate = number("rate") ?? 0;
  const secondsLeft = number("secondsLeft") ?? 0;
  const parts = [
    say(number("hostsReady"), (ready) => counted.hostsReady(ready, number("hostsOf") ?? ready)),
    say(number("hosts"), counted.hosts),
    say(number("files") ?? number("filesChanged"), counted.files),
    some("added", counted.added),
    some("changed", counted.changed),
    some("removed", counted.removed),
    say(number("bytes") ?? number("archiveBytes"), texts.measures.bytes),
    facts.verified === true ? counted.verified : "",
    say(number("staged"), (bytes) =>
      counted.staged(
        texts.measures.bytes(bytes),
        texts.measures.bytes(number("stagedOf") ?? bytes),
        rate > 0 ? texts.measures.bytes(rate) : "",
        rate > 0 && secondsLeft > 0 ? texts.measures.duration(secondsLeft) : "",
      ),
    ),
    words("places"),
    say(words("same") || undefined, counted.same),
    typeof facts.archive === "string" && facts.archive !== "" ? voice.code(facts.archive, 60) : "",
    say(number("hooks"), counted.hooks),
    say(number("probes"), counted.probes),
    words("seen"),
    words("answersAfter") || words("seenAfter"),
    number("logErrorsAfter") === 0 ? counted.noLogErrors : "",
    words("reason"),
    say(number("pruned"), (n) => (n > 0 ? counted.pruned(n) : "")),
    attempt > 1 ? counted.attempts(attempt) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

export function secondsOf(
  step: Pick<StepRecord, "startedAt" | "finishedAt" | "status">,
  now: Date,
): number | undefined {
  if (step.startedAt === undefined || step.status === "waiting" || step.status === "skipped")
    return undefined;
  const end = step.finishedAt === undefined ? now.getTime() : Date.parse(step.finishedAt);
  const seconds = (end - Date.parse(step.startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

function mark(step: StepRecord): string {
  const back = step.name === "swap-back" || step.name === "restart-back" || step.name === "health-back";
  return back && step.status === "done" ? ":leftwards_arrow_with_hook:" : marks[step.status];
}
