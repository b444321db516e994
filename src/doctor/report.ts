// The findings in words: as lines for people, as one document for programs. Pure.

import type { Details } from "../texts/details.ts";
import { failureSentence, type Texts } from "../texts/texts.ts";
import type { Finding, FindingFacts, Level, Section } from "./finding.ts";

export type Told = {
  readonly level: Level;
  readonly code: string;
  readonly says: string;
  readonly remedy: string | undefined;
  readonly facts: FindingFacts;
};

export function tell({ level, code, facts }: Finding, texts: Texts): Told {
  const { findings, remedies } = texts.doctor;
  const says = wordsIn(findings, code)?.(facts) ?? failureSentence(texts, { code, details: facts });
  if (level === "ok") return { level, code, says, remedy: undefined, facts };
  const command = typeof facts["remedy"] === "string" ? facts["remedy"] : undefined;
  const remedy = wordsIn(remedies, code)?.(facts) ?? command ?? nextMoveIn(says);
  return { level, code, says, remedy, facts };
}

/** A failure's sentence names the thing and the cause, then what to do. */
function nextMoveIn(says: string): string | undefined {
  const end = says.indexOf(". ");
  return end < 0 ? undefined : says.slice(end + 2);
}

function wordsIn(words: object, code: string): ((details: Details) => string) | undefined {
  return Object.hasOwn(words, code)
    ? (words as Readonly<Record<string, (details: Details) => string>>)[code]
    : undefined;
}

export function headingOf({ room, name, host }: Section, texts: Texts): string {
  return host === undefined ? texts.doctor.rooms[room](name) : texts.doctor.prodOn(name, host);
}

/** A sentence of a failure has its remedy in it: that is not said twice, nor what mends several in a row. */
export function linesOf(section: Section, texts: Texts, only: readonly Level[]): readonly string[] {
  const width = Math.max(...Object.values(texts.doctor.levels).map((word) => word.length));
  const told = section.findings
    .map((finding) => tell(finding, texts))
    .filter(({ level }) => only.includes(level));
  return told.flatMap(({ level, code, says, remedy }, index) => {
    const first = `  ${texts.doctor.levels[level].padEnd(width)}  ${says}`;
    const isSaid = !Object.hasOwn(texts.doctor.remedies, code) || told[index + 1]?.remedy === remedy;
    if (remedy === undefined || isSaid) return [first];
    return [first, `  ${" ".repeat(width)}  ${texts.terminal.remedy(remedy)}`];
  });
}

export function countsOf(sections: readonly Section[]): {
  readonly warnings: number;
  readonly wrong: number;
} {
  const levels = sections.flatMap(({ findings }) => findings.map(({ level }) => level));
  return {
    warnings: levels.filter((level) => level === "warning").length,
    wrong: levels.filter((level) => level === "wrong").length,
  };
}

export function documentOf(sections: readonly Section[], texts: Texts): object {
  const { warnings, wrong } = countsOf(sections);
  return {
    ok: warnings + wrong === 0,
    warnings,
    wrong,
    sections: sections.map((section) => ({
      room: section.room,
      ...(section.name !== "" && { name: section.name }),
      ...(section.host !== undefined && { host: section.host }),
      findings: section.findings.map((finding) => tell(finding, texts)),
    })),
  };
}

/** For a message: what is not ok, and how much was looked at. */
export function shortReport(sections: readonly Section[], texts: Texts): string {
  const { warnings, wrong } = countsOf(sections);
  const troubles = sections.flatMap((section) => {
    const lines = linesOf(section, texts, ["warning", "wrong"]);
    return lines.length === 0 ? [] : [headingOf(section, texts), ...lines];
  });
  return [...troubles, texts.doctor.summary(warnings, wrong), texts.doctor.terminalSays].join("\n");
}
