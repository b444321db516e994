// The catalogue of one language, and the sentence of a failure in it.

import type { Details } from "./details.ts";
import type { TextCode } from "./en/failures.ts";
import { en, type Texts } from "./en.ts";
import { fr } from "./fr.ts";

export type { Texts } from "./en.ts";

export function textsFor(locale: "en" | "fr"): Texts {
  return locale === "fr" ? fr : en;
}

/** The sentence of a failure by its code; a code without words of its own still says what is known. Plain text, one line. */
export function failureSentence(
  texts: Texts,
  failure: { readonly code: string; readonly details: Details },
): string {
  if (isTextCode(texts, failure.code)) return texts.failures[failure.code](failure.details);
  return texts.failures.unknown({ reason: failure.code, ...failure.details });
}

function isTextCode(texts: Texts, code: string): code is TextCode {
  return Object.hasOwn(texts.failures, code);
}
