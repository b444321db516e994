// What an entry and the source of a change are to a promotion: what its digest covers.

import type { Change } from "./change.ts";
import type { Entry } from "./entry.ts";

/** What an entry is to a promotion. Neither times nor inodes: an edit of them alone changes nothing. */
export function entrySign(entry: Entry | undefined): readonly (string | number)[] {
  if (entry === undefined) return [];
  switch (entry.type) {
    case "file":
      return [entry.type, entry.mode, entry.size, entry.sha256 ?? ""];
    case "directory":
      return [entry.type, entry.mode];
    case "link":
      return [entry.type, entry.target];
    case "special":
      return [entry.type, entry.kind];
  }
}

export function sourceSign({ after, rewritten }: Change): readonly (string | number)[] {
  return [...entrySign(after), rewritten?.sha256 ?? ""];
}
