// What to look at twice in a plan: a section for each kind of risk, and none where there is nothing to say.

import type { KnownBlock } from "@slack/types";
import type { Plan } from "../../tree/plan.ts";
import { section } from "./blocks.ts";
import { checkWords } from "./check-words.ts";
import { driftLines } from "./drift-message.ts";
import type { Voice } from "./voice.ts";

/** `scale` 1 shows most, 0 only counts. */
export function planWarnings(voice: Voice, plan: Plan, scale: number): readonly KnownBlock[] {
  const { texts } = voice;
  const say = texts.plan;
  const removed = plan.changes.filter((change) => change.kind === "remove").map((change) => change.path);
  const space = { rows: rowsAt(scale), width: widthAt(scale) };
  const warnings = plan.checks.filter((check) => check.level === "warn");
  const lines = [
    ...plan.checks
      .filter((check) => check.level === "block")
      .slice(0, rowsAt(scale))
      .map((check) => `:no_entry: ${say.blocked} ${checkWords(voice, check, space)}`),
    ...warnings.slice(0, rowsAt(scale)).map((check) => `:warning: ${checkWords(voice, check, space)}`),
    ...(removed.length > 0
      ? [`:warning: ${say.removes(removed.length)} ${names(voice, removed, scale)}`]
      : []),
    ...driftLines(voice, plan, (items) => listed(voice, items, scale), widthAt(scale)),
    ...(plan.unexplained.length > 0
      ? [
          `:grey_question: ${say.unexplained(plan.unexplained.length)} ${listed(
            voice,
            plan.unexplained.map(
              ({ side, path }) => `${voice.code(path, widthAt(scale))} (${side.toUpperCase()})`,
            ),
            scale,
          )}`,
        ]
      : []),
    ...(plan.onlyInProd.length > 0
      ? [
          `:information_source: ${say.onlyInProd(plan.onlyInProd.length)} ${names(voice, plan.onlyInProd, scale)}`,
        ]
      : []),
  ];
  return lines.map((line) => section(line));
}

function names(voice: Voice, paths: readonly string[], scale: number): string {
  return listed(
    voice,
    paths.slice(0, rowsAt(scale)).map((path) => voice.code(path, widthAt(scale))),
    scale,
    paths.length,
  );
}

function listed({ texts }: Voice, items: readonly string[], scale: number, total = items.length): string {
  const shown = items.slice(0, rowsAt(scale));
  const left = total - shown.length;
  return left > 0 ? `${shown.join(", ")} ${texts.plan.moreNames(left)}` : shown.join(", ");
}

function rowsAt(scale: number): number {
  return Math.max(1, Math.round(5 * scale));
}

function widthAt(scale: number): number {
  return Math.floor(24 + 56 * scale);
}
