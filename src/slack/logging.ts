// Slack's libraries log through ours; never their debug lines, which print whole payloads.

import { type Logger, LogLevel } from "@slack/bolt";

/** What this room needs of the bot's logger. */
export type RoomLogger = {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
};

export function createLibraryLogger(logger: RoomLogger, mask: (text: string) => string): Logger {
  const told = (parts: readonly unknown[]) =>
    mask(parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" "));
  const from = { from: "slack library" };
  return {
    debug: () => {},
    info: (...parts) => logger.debug(from, told(parts)),
    warn: (...parts) => logger.warn(from, told(parts)),
    // The library logs as an error whatever it also throws; who catches it decides how bad it is.
    error: (...parts) => logger.warn(from, told(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
