// Why something was inferred, as data: the sentence is in `texts/`, in the language of the file.

import type { InitNotes } from "../texts/en/init-notes.ts";

export type NoteCode = keyof InitNotes;

export type NoteFacts = Readonly<Record<string, string | number | readonly string[]>>;

export type Note = { readonly code: NoteCode; readonly facts: NoteFacts };

export function note(code: NoteCode, facts: NoteFacts = {}): Note {
  return { code, facts };
}
