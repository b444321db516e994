// How the bot speaks: the texts of one language, with everything foreign masked, made visible and escaped on its way in.

import { displayLine, displayName, displayText, shortenEnd } from "../../texts/display.ts";
import { codeMrkdwn, escapeMrkdwn, slackDate } from "../../texts/escape.ts";
import { failureSentence, type Texts } from "../../texts/texts.ts";
import { tellingLines } from "./telling-lines.ts";

export type Voice = {
  readonly texts: Texts;
  /** Foreign words for mrkdwn: one line, shortened. */
  readonly safe: (text: string, max?: number) => string;
  /** Foreign words where nothing is parsed (plain_text, rich text): one line, shortened. */
  readonly plain: (text: string, max?: number) => string;
  /** A name in backticks. */
  readonly code: (name: string, max?: number) => string;
  /** Foreign lines for a preformatted block: at most `lines` lines and `characters` characters, those that tell most. */
  readonly output: (lines: readonly string[], limit?: { lines: number; characters: number }) => string;
  /** A Slack user or group as a mention, a person at a terminal by login. */
  readonly person: (id: string) => string;
  readonly people: (ids: readonly string[]) => string;
  readonly when: (iso: string, form?: "time" | "date" | "moment") => string;
  /** The sentence of a failure, for mrkdwn. */
  readonly failure: (failure: { code: string; details: Readonly<Record<string, unknown>> }) => string;
};

export function createVoice({ texts, mask }: { texts: Texts; mask: (text: string) => string }): Voice {
  const plain = (text: string, max = 200) => displayLine(displayName(mask(text)).replaceAll("\\n", " "), max);
  const safe = (text: string, max?: number) => escapeMrkdwn(plain(text, max));
  const person = (id: string) => {
    if (/^[UW][A-Z0-9]+$/.test(id)) return `<@${id}>`;
    if (/^S[A-Z0-9]+$/.test(id)) return `<!subteam^${id}>`;
    if (id === "config") return texts.someone.calendar;
    if (id.startsWith("terminal:")) return texts.someone.atTerminal(safe(id.slice("terminal:".length), 40));
    return safe(id, 40);
  };
  return {
    texts,
    safe,
    plain,
    code: (name, max = 80) => codeMrkdwn(displayName(mask(name), max)),
    output(lines, { lines: most, characters } = { lines: 15, characters: 1500 }) {
      // Masked as one text: a secret may span lines.
      const all = displayText(mask(lines.join("\n"))).split("\n");
      const shown = tellingLines(all, most);
      const width = Math.max(20, Math.floor(characters / Math.max(1, shown.length)));
      return shown.map((line) => shortenEnd(line, width)).join("\n");
    },
    person,
    people(ids) {
      if (ids.length === 0) return texts.someone.nobody;
      const shown = ids.slice(0, 6).map(person);
      const more = ids.length - shown.length;
      return texts.measures.list(more > 0 ? [...shown, texts.plan.moreNames(more)] : shown);
    },
    when: slackDate,
    failure({ code, details }) {
      const by = typeof details.by === "string" ? details.by : undefined;
      const named = by === undefined ? details : { ...details, by: standIn };
      const sentence = escapeMrkdwn(mask(failureSentence(texts, { code, details: named })));
      return by === undefined ? sentence : sentence.replaceAll(standIn, person(by));
    },
  };
}

/** Keeps a person's place in a sentence while it is escaped as a whole; their mention must not be. */
const standIn = "@@by@@";
