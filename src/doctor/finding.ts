// One thing that was looked at and how it is, as facts; the words for it are in `texts/`.

import type { PasserelleError } from "../errors.ts";
import type { Texts } from "../texts/texts.ts";

export type Level = "ok" | "warning" | "wrong";
export type FindingCode = keyof Texts["doctor"]["findings"];
export type FindingFacts = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export type Finding = {
  readonly level: Level;
  /** One of `FindingCode`, or a failure's own. */
  readonly code: string;
  readonly facts: FindingFacts;
};

export type Room = keyof Texts["doctor"]["rooms"];

export type Section = {
  readonly room: Room;
  /** The host or the app; `""` where there is only one of its kind. */
  readonly name: string;
  /** Of an app with several PROD hosts, the one that this is about. */
  readonly host?: string;
  readonly findings: readonly Finding[];
};

export function ok(code: FindingCode, facts: FindingFacts = {}): Finding {
  return { level: "ok", code, facts };
}

export function warning(code: FindingCode, facts: FindingFacts = {}): Finding {
  return { level: "warning", code, facts };
}

export function wrong(code: FindingCode, facts: FindingFacts = {}): Finding {
  return { level: "wrong", code, facts };
}

export function failed({ code, details }: PasserelleError): Finding {
  return { level: "wrong", code, facts: details };
}
