// What Slack sent twice: it repeats what it thinks was lost, and what was handled once is not handled again.

export type SeenBefore = (body: Readonly<Record<string, unknown>>, otherwise?: string) => boolean;

/** Knows the last `most` by Slack's own ids; `otherwise` is the id of what has none. Without any id nothing was seen before. */
export function createSeenBefore(most = 1000): SeenBefore {
  const ids = new Set<string>();
  return (body, otherwise) => {
    const id = identityOf(body) ?? otherwise;
    if (id === undefined) return false;
    if (ids.has(id)) return true;
    ids.add(id);
    for (const oldest of ids) {
      if (ids.size <= most) break;
      ids.delete(oldest);
    }
    return false;
  };
}

function identityOf(body: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ["event_id", "trigger_id"]) {
    const value = body[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}
