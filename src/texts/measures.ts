// Numbers as people read them: counts, bytes, durations and moments, in one language.

export type Measures = {
  readonly number: (value: number) => string;
  /** `3.9 KB` */
  readonly bytes: (value: number) => string;
  /** `84 ms`, `3.2 s`, `1 min 12 s`, `2 h 5 min`, `3 d` */
  readonly duration: (seconds: number) => string;
  /** The number with its word: `1 file`, `12 files`. */
  readonly count: (value: number, one: string, many: string) => string;
  /** `a, b and c` */
  readonly list: (items: readonly string[]) => string;
  /** `22 Nov 2026, 07:25 UTC`, where Slack's own dates cannot be used. */
  readonly moment: (iso: string, timeZone?: string) => string;
};

type Language = {
  readonly tag: string;
  readonly byteUnits: readonly [string, string, string, string, string];
  readonly day: string;
  readonly and: string;
  readonly isOne: (value: number) => boolean;
};

const english: Language = {
  tag: "en-GB",
  byteUnits: ["B", "KB", "MB", "GB", "TB"],
  day: "d",
  and: "and",
  isOne: (value) => value === 1,
};

const french: Language = {
  tag: "fr-FR",
  byteUnits: ["o", "Ko", "Mo", "Go", "To"],
  day: "j",
  and: "et",
  isOne: (value) => Math.abs(value) < 2,
};

export const englishMeasures: Measures = measuresOf(english);
export const frenchMeasures: Measures = measuresOf(french);

function measuresOf(language: Language): Measures {
  const whole = new Intl.NumberFormat(language.tag, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(language.tag, { maximumFractionDigits: 1 });
  return {
    number: (value) => whole.format(value),
    count: (value, one, many) => `${whole.format(value)} ${language.isOne(value) ? one : many}`,
    list: (items) =>
      items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${language.and} ${items.at(-1)}`,
    bytes(value) {
      let size = Math.abs(value);
      let unit = 0;
      // 999.95 rather than 1000: what would round to four digits belongs to the next unit.
      while (unit < 4 && size >= (unit === 0 ? 1000 : 999.95)) {
        size /= 1024;
        unit += 1;
      }
      const digits = unit === 0 || size >= 100 ? whole.format(size) : tenths.format(size);
      return `${value < 0 ? "−" : ""}${digits} ${language.byteUnits[unit]}`;
    },
    duration(seconds) {
      if (seconds < 0.9995) return `${whole.format(Math.max(0, seconds) * 1000)} ms`;
      if (seconds < 9.95) return `${tenths.format(seconds)} s`;
      const total = Math.round(seconds);
      if (total < 60) return `${total} s`;
      if (total < 3600) return pair(Math.floor(total / 60), "min", total % 60, "s");
      const minutes = Math.round(total / 60);
      if (minutes < 48 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
      const hours = Math.round(minutes / 60);
      return pair(Math.floor(hours / 24), language.day, hours % 24, "h");
    },
    moment(iso, timeZone = "UTC") {
      const time = Date.parse(iso);
      if (!Number.isFinite(time)) return iso;
      const shown = new Intl.DateTimeFormat(language.tag, {
        day: "numeric",
        month: "short",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        timeZone,
      }).format(time);
      return timeZone === "UTC" ? `${shown} UTC` : shown;
    },
  };
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
