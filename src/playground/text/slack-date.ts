// Slack's date tokens, written for one reader: in their language, in their zone, as near as "today" is to them.

export type Clock = { readonly locale: string; readonly timezone: string; readonly now: number };

type Style = Intl.DateTimeFormatOptions;

const styles: Readonly<Record<string, Style>> = {
  date: { year: "numeric", month: "long", day: "numeric" },
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/** `{time}`, `{date_short_pretty}` and the like in `format`, for the moment `seconds`. */
export function formatDate(seconds: number, format: string, clock: Clock): string {
  return format.replaceAll(/\{(\w+)\}/g, (token, name: string) => {
    if (name === "ago") return relative(seconds * 1000 - clock.now, clock);
    const plain = name.replace(/_pretty$/, "");
    const style = styles[plain];
    if (style === undefined) return token;
    if (name.endsWith("_pretty")) {
      const near = nearDay(seconds * 1000, clock);
      if (near !== undefined) return near;
    }
    if (plain === "date_num") return isoDay(seconds * 1000, clock);
    const hour = style.hour === undefined ? {} : { hour: hourStyle(clock.locale) };
    return new Intl.DateTimeFormat(clock.locale, { ...style, ...hour, timeZone: clock.timezone }).format(
      seconds * 1000,
    );
  });
}

export function formatTime(milliseconds: number, clock: Clock): string {
  return new Intl.DateTimeFormat(clock.locale, {
    hour: hourStyle(clock.locale),
    minute: "2-digit",
    timeZone: clock.timezone,
  }).format(milliseconds);
}

/** 8:05 AM where the day has two halves, 08:05 where it has one. */
function hourStyle(locale: string): "numeric" | "2-digit" {
  return new Intl.DateTimeFormat(locale, { hour: "numeric" }).resolvedOptions().hour12
    ? "numeric"
    : "2-digit";
}

function isoDay(milliseconds: number, { timezone }: Clock): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(milliseconds);
}

function nearDay(milliseconds: number, clock: Clock): string | undefined {
  const day = 86_400_000;
  const distance = [-1, 0, 1].find(
    (days) => isoDay(clock.now + days * day, clock) === isoDay(milliseconds, clock),
  );
  if (distance === undefined) return undefined;
  return new Intl.RelativeTimeFormat(clock.locale, { numeric: "auto" }).format(distance, "day");
}

function relative(difference: number, { locale }: Clock): string {
  const seconds = Math.round(difference / 1000);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [size, unit] = (
    [
      [86_400, "day"],
      [3600, "hour"],
      [60, "minute"],
    ] as const
  ).find(([length]) => Math.abs(seconds) >= length) ?? [1, "second"];
  return words.format(Math.trunc(seconds / size), unit);
}
