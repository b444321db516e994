// What goes into a text column and comes out again unchanged, on both databases.

/** Half a surrogate pair would be stored as another character, NUL not at all on PostgreSQL: `JSON.stringify` escapes both. */
export function refuseLossyText(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value !== "string") continue;
    if (!value.isWellFormed() || value.includes("\0")) {
      throw new Error("a text that no database keeps unchanged was to be stored as it is, not as JSON");
    }
  }
}

export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** Databases say null where the rooms say undefined. */
export function present<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

export function absent<T>(value: T | undefined): T | null {
  return value ?? null;
}
