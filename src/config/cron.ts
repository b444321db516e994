// The moments of a calendar, in the five fields of cron: minute, hour, day of month, month, day of week.

export type Cron = {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** As in cron, when both kinds of day are restricted one of them is enough. */
  readonly eitherDay: boolean;
};

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

type Field = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
};

const fields = {
  minutes: { name: "minute", from: 0, to: 59 },
  hours: { name: "hour", from: 0, to: 23 },
  daysOfMonth: { name: "day of month", from: 1, to: 31 },
  months: { name: "month", from: 1, to: 12, names: monthNames },
  daysOfWeek: { name: "day of week", from: 0, to: 7, names: dayNames },
} as const satisfies Record<string, Field>;

/** A sentence when the text is no calendar. */
export function parseCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts;
  if (
    parts.length !== 5 ||
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined
  ) {
    return "must have five fields: minute, hour, day of month, month, day of week, as in '0 16 * * 5'";
  }
  const sets = {
    minutes: parseField(minute, fields.minutes),
    hours: parseField(hour, fields.hours),
    daysOfMonth: parseField(dayOfMonth, fields.daysOfMonth),
    months: parseField(month, fields.months),
    daysOfWeek: parseField(dayOfWeek, fields.daysOfWeek),
  };
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = sets;
  if (typeof minutes === "string") return minutes;
  if (typeof hours === "string") return hours;
  if (typeof daysOfMonth === "string") return daysOfMonth;
  if (typeof months === "string") return months;
  if (typeof daysOfWeek === "string") return daysOfWeek;
  const week = new Set([...daysOfWeek].map((day) => day % 7));
  const eitherDay = !dayOfMonth.startsWith("*") && !dayOfWeek.startsWith("*");
  return { minutes, hours, daysOfMonth, months, daysOfWeek: week, eitherDay };
}

/** Read in the time zone of whoever asks. */
export function isMomentOf(calendar: Cron, date: Date): boolean {
  const dayOfMonth = calendar.daysOfMonth.has(date.getDate());
  const dayOfWeek = calendar.daysOfWeek.has(date.getDay());
  return (
    calendar.minutes.has(date.getMinutes()) &&
    calendar.hours.has(date.getHours()) &&
    calendar.months.has(date.getMonth() + 1) &&
    (calendar.eitherDay ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek)
  );
}

function parseField(text: string, field: Field): ReadonlySet<number> | string {
  const chosen = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
    const step = match?.[3] === undefined ? 1 : Number(match[3]);
    const whole = match?.[1] === "*";
    const from = whole ? field.from : valueIn(match?.[1], field);
    const end = match?.[2] ?? (whole || match?.[3] !== undefined ? String(field.to) : match?.[1]);
    const to = valueIn(end, field);
    if (
      match === null ||
      (whole && match[2] !== undefined) ||
      from === undefined ||
      to === undefined ||
      from > to ||
      step < 1
    ) {
      return `${field.name} "${part}" is not understood; it goes from ${field.from} to ${field.to}`;
    }
    for (let value = from; value <= to; value += step) chosen.add(value);
  }
  return chosen;
}

function valueIn(text: string | undefined, field: Field): number | undefined {
  if (text === undefined) return undefined;
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  const value =
    named === -1 ? (/^\d{1,2}$/.test(text) ? Number(text) : Number.NaN) : named + (field.from === 1 ? 1 : 0);
  return value >= field.from && value <= field.to ? value : undefined;
}
