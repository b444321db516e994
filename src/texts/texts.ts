// The catalogue of one language, and the sentence of a failure in it.

import type { StepName } from "../promotion/promotions.ts";
import { type Details, detail } from "./details.ts";
import type { TextCode } from "./en/failures.ts";
import { en, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

export type { Texts } from "./en.ts";

export function textsFor(locale: "en" | "fr"): Texts {
  return locale === "fr" ? fr : en;
}

/** What a step does, and on which of several hosts. Plain text. */
export function stepTitle(texts: Texts, step: StepName): string {
  const [kind = "", host] = step.split("@", 2);
  const titles: Readonly<Record<string, string>> = texts.promotion.steps;
  const title = (Object.hasOwn(titles, kind) ? titles[kind] : undefined) ?? kind;
  return host === undefined ? title : texts.promotion.onHost(title, host);
}

/** The sentence of a failure by its code; a code without words of its own still says what is known. Plain text, one line. */
export function failureSentence(
  texts: Texts,
  failure: { readonly code: string; readonly details: Details },
): string {
  const { onHost, ...details } = failure.details;
  const sentence = sentenceOf(texts, { code: failure.code, details });
  return typeof onHost === "string"
    ? texts.promotion.ofHost(detail({ onHost }, "onHost"), sentence)
    : sentence;
}

function sentenceOf(texts: Texts, failure: { readonly code: string; readonly details: Details }): string {
  if (isTextCode(texts, failure.code)) return texts.failures[failure.code](failure.details);
  return texts.failures.unknown({ reason: failure.code, ...failure.details });
}

function isTextCode(texts: Texts, code: string): code is TextCode {
  return Object.hasOwn(texts.failures, code);
}
