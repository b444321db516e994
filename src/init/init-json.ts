// What `init` found and wrote, as `init --json` prints it. Pure.

import type { Config } from "../config/config.ts";
import { type FoundRule, writtenFrom, writtenTo } from "./mapping.ts";
import type { Note } from "./note.ts";
import type { ToWrite } from "./written-config.ts";

export type OpenLine = { readonly key: "channel" | "approvers"; readonly line: number };

export type Outcome = {
  readonly written: ToWrite;
  readonly config: Config;
  readonly env: { readonly file: string; readonly isNew: boolean };
  readonly toFill: readonly OpenLine[];
  readonly next: readonly string[];
};

export type InitJson = {
  readonly config: string;
  readonly env: { readonly file: string; readonly written: boolean };
  readonly app: string;
  readonly paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly group?: string;
    readonly rewrite?: readonly { readonly match: string; readonly replace: string }[];
    readonly because: readonly Note[];
  }[];
  readonly ignore: readonly string[];
  readonly protect: readonly string[];
  readonly restart: ToWrite["inference"]["running"]["restart"];
  readonly health: {
    readonly url: string | undefined;
    readonly container: string | undefined;
    readonly startPeriod: string | undefined;
  };
  readonly notPromoted: readonly Note[];
  /** Whether `check-config` passes; otherwise `toFill` has the lines that are left. */
  readonly complete: boolean;
  readonly toFill: readonly OpenLine[];
  readonly next: readonly string[];
};

export function initJson({ written, config, env, toFill, next }: Outcome): InitJson {
  const { rules, lists, running, notes } = written.inference;
  return {
    config: config.file,
    env: { file: env.file, written: env.isNew },
    app: written.app,
    paths: rules.map(ruleJson),
    ignore: lists.ignore.map(({ pattern }) => pattern),
    protect: lists.protect.map(({ pattern }) => pattern),
    restart: running.restart,
    health: { url: running.url, container: running.container, startPeriod: running.startPeriod },
    notPromoted: notes,
    complete: toFill.length === 0,
    toFill,
    next,
  };
}

function ruleJson(rule: FoundRule): InitJson["paths"][number] {
  const { group, rewrite, notes } = rule;
  return {
    from: writtenFrom(rule),
    to: writtenTo(rule),
    ...(group !== undefined && { group }),
    ...(rewrite !== undefined && { rewrite }),
    because: notes,
  };
}
