// Where a command prints: lines for people, one JSON document for programs, never both on stdout.

import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { PasserelleError } from "../errors.ts";
import { displayText } from "../texts/display.ts";
import { failureSentence, type Texts } from "../texts/texts.ts";

export type Screen = {
  readonly texts: Texts;
  readonly interactive: boolean;
  /** A line on stdout; foreign text is made safe. Silent when JSON was asked for. */
  readonly say: (line: string) => void;
  /** A line on stderr: progress, warnings, failures. */
  readonly note: (line: string) => void;
  readonly json: (document: unknown) => void;
  readonly raw: (text: string) => void;
  readonly fail: (error: PasserelleError) => void;
  readonly ask: (question: string) => Promise<string>;
};

export function openScreen(texts: Texts, wantsJson: boolean): Screen {
  const note = (line: string): void => void process.stderr.write(`${displayText(line)}\n`);
  return {
    texts,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    say: (line) => {
      if (!wantsJson) process.stdout.write(`${displayText(line)}\n`);
    },
    note,
    json: (document) => void process.stdout.write(`${JSON.stringify(document, null, 2)}\n`),
    raw: (text) => void process.stdout.write(text),
    fail: (error) => {
      note(failureSentence(texts, error));
      const mistakes = error.details["mistakes"];
      if (Array.isArray(mistakes)) for (const mistake of mistakes) note(`  ${String(mistake)}`);
      if (wantsJson)
        process.stdout.write(
          `${JSON.stringify({ error: { code: error.code, details: error.details } }, null, 2)}\n`,
        );
    },
    ask: async (question) => {
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const closed = once(prompt, "close").then(() => Promise.reject(new Error("closed")));
        return await Promise.race([prompt.question(question), closed]);
      } catch (cause) {
        // Ctrl+C, Ctrl+D, or a terminal that went away: none of them is an answer.
        throw new PasserelleError("not-answered", {}, { cause });
      } finally {
        prompt.close();
      }
    },
  };
}
