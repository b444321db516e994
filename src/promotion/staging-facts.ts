// What people are told of a staging: how far it is, and what it brought, category by category. Pure.

import type { AppConfig } from "../config/config.ts";
import type { Plan } from "../tree/plan.ts";
import type { Facts } from "./promotions.ts";

/** Turns bytes so far into facts about once a second: how much, how fast, how many seconds are left. `now` in milliseconds. */
export function stagingProgress(
  total: number,
  report: (facts: Facts) => void,
  now: () => number,
): (bytes: number) => void {
  let last = { at: now(), bytes: 0 };
  let usual: number | undefined;
  return (bytes) => {
    const at = now();
    if (at - last.at < 1000) return;
    // A stream that broke goes on with what had arrived, which may be less than was sent.
    const moved = Math.max(0, bytes - last.bytes);
    const rate = Math.round((moved * 1000) / (at - last.at));
    // What is left of it is judged by more than one moment.
    usual = usual === undefined ? rate : usual * 0.7 + rate * 0.3;
    const staged = Math.min(bytes, total);
    const secondsLeft = usual >= 1 ? Math.ceil((total - staged) / usual) : 0;
    report({ staged, stagedOf: total, rate, secondsLeft });
    last = { at, bytes };
  };
}

/** PROD before and after, for the table at the end. */
export function sizeFacts({ changes, summary }: Plan): Facts {
  const size = (entry: Plan["changes"][number]["before"]): number =>
    entry?.type === "file" ? entry.size : 0;
  return {
    filesChanged: changes.filter(({ before, after }) => (after ?? before)?.type !== "directory").length,
    bytesBefore: changes.reduce((sum, { before }) => sum + size(before), 0),
    bytesAfter: changes.reduce((sum, { after }) => sum + size(after), 0),
    linesAdded: summary.linesAdded,
    linesRemoved: summary.linesRemoved,
    filesBefore: summary.kept + summary.changed + summary.removed,
    filesAfter: summary.kept + summary.changed + summary.added,
  };
}

/** Counted as the plan's summary counts, with the directories that most of it goes to. */
export function broughtFacts({ changes, summary }: Plan): Facts {
  const files = changes.filter(({ after }) => after !== undefined && after.type !== "directory");
  const places = new Map<string, number>();
  for (const { path } of files) {
    const place = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  const largest = [...places].filter(([, count]) => count > 1).sort(([, left], [, right]) => right - left);
  const shown = largest
    .slice(0, mostPlaces)
    .map(([place, count]) => `${place === "" ? "." : place}/ ${count}`);
  return {
    added: summary.added,
    changed: summary.changed,
    removed: summary.removed,
    ...(shown.length > 0 && { places: shown.join(" · ") }),
  };
}

const mostPlaces = 3;

/** Dependency files that PROD has as PREPROD has them once the plan is carried out. */
export function sameDependencyFiles(plan: Plan, app: Pick<AppConfig, "paths">): string {
  const only = new Set(plan.onlyInProd);
  const changed = plan.changes.flatMap(({ path, after }) => (after?.type === "file" ? [path] : []));
  const ruled = app.paths
    .filter(({ group, to }) => !to.endsWith("/") && (group === undefined || plan.groups.includes(group)))
    .map(({ to }) => to)
    .filter((to) => !only.has(to));
  const names = [...new Set([...ruled, ...changed])].filter(isDependencyFile);
  return names.slice(0, 4).join(", ");
}

function isDependencyFile(path: string): boolean {
  return /^(?:pyproject\.toml|uv\.lock|poetry\.lock|pdm\.lock|Pipfile(?:\.lock)?|requirements[^/]*\.txt|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml)$/.test(
    path,
  );
}
