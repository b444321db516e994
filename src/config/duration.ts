// How long, as a person writes it: `90s`, `5m`, `2h`, `1d`.

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

const longestSeconds = 366 * seconds.d;

/** Seconds, or undefined when the text is no duration or longer than a year. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  if (match === null) return undefined;
  const total = Number(match[1]) * seconds[match[2] as keyof typeof seconds];
  return total <= longestSeconds ? total : undefined;
}
