// What a check is given, what it answers: the terms between a plan and what can be known about it beforehand.

import type { AppConfig } from "../config/config.ts";
import type { Tree } from "../tree/entry.ts";
import type { Change } from "../tree/plan.ts";
import type { Readable, Sources } from "./sources.ts";

export type CheckLevel = "warn" | "block";

export type CheckInput = Readable & {
  readonly app: AppConfig;
  /** The groups that were asked for. */
  readonly groups: readonly string[];
  readonly changes: readonly Change[];
  /** PREPROD as scanned, by PREPROD path. */
  readonly preprod: Tree;
  /** PROD as scanned. */
  readonly prod: Tree;
};

/** One thing found, as data: `code` and `facts` are for a catalogue in another language, `message` is the English one. */
export type Finding = {
  readonly code: string;
  /** PROD's path. */
  readonly path: string;
  /** 0 when the finding is about the whole path. */
  readonly line: number;
  /** Never the value of a secret. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly message: string;
  /** It may well be harmless, so it never blocks, whatever the app's level is. */
  readonly uncertain?: boolean;
};

export type Check = {
  readonly id: string;
  /** What a finding means when the app's `checks:` does not say. */
  readonly level: CheckLevel;
  /** Cannot be switched off or turned down: going on would be an accident. */
  readonly always?: boolean;
  find(input: CheckInput, sources: Sources): Promise<readonly Finding[]>;
  /** One English sentence or two over all findings (there is at least one): what is wrong, what to do. */
  summary(findings: readonly Finding[]): string;
  /** What is said when nothing was found. */
  readonly fine: string;
};

/** `3 files`, `1 file`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a, b, c and 4 more`: a message stays readable however much was found. */
export function listed(items: readonly string[], most = 8): string {
  const unique = [...new Set(items)];
  const shown = unique.slice(0, most).join(", ");
  return unique.length > most ? `${shown} and ${unique.length - most} more` : shown;
}

/** Files whose new content the promotion brings, in the plan's order. */
export function promotedFiles(changes: readonly Change[]): readonly Change[] {
  return changes.filter((change) => change.after?.type === "file" && change.kind !== "mode");
}

/** Tests and examples are promoted at times but do not run in PROD. */
export function runsElsewhere(path: string): boolean {
  return /(?:^|\/)(?:tests?|__tests__|testing|examples?|benchmarks?)\/|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|\.(?:test|spec)\.[cm]?[jt]sx?$/.test(
    path,
  );
}
