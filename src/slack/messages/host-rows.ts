// What each of several hosts of PROD is in the middle of, or came to: one line for each.

import type { StepRecord } from "../../promotion/promotions.ts";
import { hostOf, hostsOf, kindOf } from "../../promotion/step-names.ts";
import { clipMrkdwn } from "../../texts/escape.ts";
import type { Voice } from "./voice.ts";

const mostBrief = 110;
const mostAtLength = 8;

/** Whether so many hosts are told in few words each. */
export function areMany(rows: readonly HostRow[]): boolean {
  return rows.length > mostAtLength;
}

export type HostRow = {
  readonly host: string;
  /** Its own steps, in the order in which it goes through them. */
  readonly steps: readonly StepRecord[];
};

export function hostRows(steps: readonly StepRecord[]): readonly HostRow[] {
  return hostsOf(steps).map((host) => ({ host, steps: steps.filter(({ name }) => hostOf(name) === host) }));
}

type HostWord = keyof Voice["texts"]["promotion"]["hostIs"];

/** `over`: nothing of the promotion runs any more. `line` says what a step is at, or came to. */
export function hostLine(
  voice: Voice,
  { host, steps }: HostRow,
  {
    over,
    rolledBack = false,
    brief = false,
    line,
  }: {
    readonly over: boolean;
    readonly rolledBack?: boolean;
    /** Where there are many, so that all of them fit. */
    readonly brief?: boolean;
    readonly line: (step: StepRecord) => string;
  },
): string {
  const begun = steps.filter(({ status }) => status !== "waiting");
  const last = begun.at(-1);
  const failed = begun.find(({ status, name }) => status === "failed" && !kindOf(name).endsWith("-back"));
  const word = (mark: string, is: HostWord): string =>
    `${mark} ${voice.safe(host, 40)} — ${voice.texts.promotion.hostIs[is]}`;
  if (last === undefined) return word(":white_circle:", over ? "left" : "waiting");
  const kind = kindOf(last.name);
  const stuck = begun.find(({ status, name }) => status === "failed" && kindOf(name) === "restart-back");
  if (last.status === "done" && kind === "health-back" && stuck !== undefined)
    return why(word(":warning:", "backUnrestarted"));
  if (last.status === "done" && kind === "health-back")
    return why(word(":leftwards_arrow_with_hook:", "back"));
  if (last.status === "failed" && kind === "health-back")
    return why(word(":rotating_light:", "backUnhealthy"));
  if (last.status === "done" && kind === "health")
    return last.facts["untouched"] === true ? word(":white_check_mark:", "untouched") : healthy();
  return brief ? clipMrkdwn(line(last), mostBrief) : line(last);

  function healthy(): string {
    const seen = last?.facts["answersAfter"] ?? last?.facts["seenAfter"];
    const told = !brief && typeof seen === "string" && seen !== "" ? `, ${voice.safe(seen, 60)}` : "";
    return `${word(":white_check_mark:", rolledBack ? "atPoint" : "after")}${told}`;
  }

  /** The step that failed there is why all of them went back. */
  function why(row: string): string {
    return failed === undefined || brief ? row : `${row}\n      ${line(failed)}`;
  }
}
