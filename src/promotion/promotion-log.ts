// The whole log of a promotion as text, for a file in the thread or a terminal.

import type { PromotionEvent, PromotionRecord } from "./promotions.ts";

export function describeLog(record: PromotionRecord, events: readonly PromotionEvent[]): string {
  const head = [
    `${record.kind} ${record.id} of ${record.app}`,
    `requested by ${record.requester}, approved by ${record.approvedBy.join(", ") || "nobody"}`,
    record.planId === undefined ? `to restore point ${record.restorePointId ?? ""}` : `plan ${record.planId}`,
    `started ${record.startedAt}${record.finishedAt === undefined ? "" : `, finished ${record.finishedAt}`}`,
    "",
  ];
  return `${[...head, ...events.flatMap(describeEvent)].join("\n")}\n`;
}

function describeEvent(event: PromotionEvent): string[] {
  const facts = Object.entries(event.facts)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(" ");
  const line = [event.at, event.kind, event.step, facts]
    .filter((part) => part !== undefined && part !== "")
    .join("  ");
  return [line, ...event.excerpt.map((text) => `    ${text}`)];
}
