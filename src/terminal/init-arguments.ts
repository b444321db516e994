// What was typed after `passerelle init`, as a command. Pure.

import { givenRule, isAppName, isApprover, isChannel } from "../init/answers.ts";
import type { GivenRule } from "../init/infer.ts";

export type InitCommand = {
  readonly name: "init";
  readonly preprod: string | undefined;
  readonly prod: string | undefined;
  readonly app: string | undefined;
  readonly channel: string | undefined;
  readonly approvers: readonly string[];
  readonly paths: readonly GivenRule[];
  readonly locale: "en" | "fr" | undefined;
  readonly force: boolean;
  readonly json: boolean;
};

const text = { type: "string" } as const;
const texts = { ...text, multiple: true } as const;
const flag = { type: "boolean" } as const;

export const initOptions = {
  preprod: text,
  prod: text,
  app: text,
  channel: text,
  approver: texts,
  path: texts,
  locale: text,
  force: flag,
  json: flag,
} as const;

/** Throws what is wrong, in the words of the command line. */
export function initCommandOf(values: Readonly<Record<string, unknown>>): InitCommand {
  const one = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === "string" ? value : undefined;
  };
  const many = (key: string): readonly string[] => {
    const value = values[key];
    return Array.isArray(value) ? [...new Set(value.map(String))] : [];
  };
  const app = one("app");
  if (app !== undefined && !isAppName(app)) {
    throw new Error(`'${app}' is no name for an app: letters, digits, ., - and _, a letter or digit first`);
  }
  const channel = one("channel");
  if (channel !== undefined && !isChannel(channel)) {
    throw new Error(`'${channel}' is not a channel's id, as in C0123456789`);
  }
  const approvers = many("approver").flatMap((value) => value.split(/[\s,]+/).filter((id) => id !== ""));
  const wrong = approvers.find((approver) => !isApprover(approver));
  if (wrong !== undefined) throw new Error(`'${wrong}' is not the id of a person (U…, W…) or a group (S…)`);
  const locale = one("locale");
  if (locale !== undefined && locale !== "en" && locale !== "fr") {
    throw new Error(`'${locale}' is not a language: en or fr`);
  }
  const paths = many("path").map((value) => {
    const rule = givenRule(value);
    if (rule === undefined) throw new Error(`'${value}' is not FROM:TO, as in src/:app/ or main.py:main.py`);
    return rule;
  });
  return {
    name: "init",
    preprod: one("preprod"),
    prod: one("prod"),
    app,
    channel,
    approvers: [...new Set(approvers)],
    paths,
    locale,
    force: values["force"] === true,
    json: values["json"] === true,
  };
}
