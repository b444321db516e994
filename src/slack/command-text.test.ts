import { expect, test } from "vitest";
import { parseCommand, withoutMarkup } from "./command-text.ts";

const apps = ["kitchen", "shop"];

test.each([
  ["diff", { name: "diff", app: undefined, groups: [] }],
  ["  DIFF  kitchen ", { name: "diff", app: "kitchen", groups: [] }],
  ["diff kitchen --with data", { name: "diff", app: "kitchen", groups: ["data"] }],
  ["diff --with data,media --with=logs", { name: "diff", app: undefined, groups: ["data", "media", "logs"] }],
  ["diff —with data", { name: "diff", app: undefined, groups: ["data"] }],
  ["rollback", { name: "rollback", app: undefined }],
  ["status shop", { name: "status", app: "shop" }],
  ["history", { name: "history", app: undefined }],
  ["log", { name: "logs", app: undefined }],
  [
    "lock 2h database migration",
    { name: "lock", app: undefined, seconds: 7200, reason: "database migration" },
  ],
  ["lock shop 30M “heat wave”", { name: "lock", app: "shop", seconds: 1800, reason: "heat wave" }],
  ["lock we are moving", { name: "lock", app: undefined, seconds: undefined, reason: "we are moving" }],
  ["unlock kitchen", { name: "unlock", app: "kitchen" }],
  ["", { name: "help" }],
  ["help", { name: "help" }],
  ["doctor", { name: "doctor", app: undefined }],
  ["doctor kitchen", { name: "doctor", app: "kitchen" }],
])("%j is understood", (typed, command) => {
  expect(parseCommand(typed, apps)).toEqual(command);
});

test.each([
  ["dif", { why: "unknown-word", word: "dif", suggestion: "diff" }],
  ["stauts", { why: "unknown-word", word: "stauts", suggestion: "status" }],
  ["roolback", { why: "unknown-word", word: "roolback", suggestion: "rollback" }],
  ["deploy everything", { why: "unknown-word", word: "deploy", suggestion: undefined }],
  ["diff kitchen now", { why: "unexpected-word", word: "now" }],
  ["diff --force", { why: "unexpected-word", word: "--force" }],
  ["diff --with", { why: "no-group" }],
  ["diff --with --with", { why: "no-group" }],
  ["status kitchen please", { why: "unexpected-word", word: "please" }],
  ["lock 2hours away", { why: "not-a-duration", word: "2hours" }],
  ["lock 0h away", { why: "not-a-duration", word: "0h" }],
  ["lock 2h", { why: "no-reason" }],
])("%j is not understood, and the problem is named", (typed, problem) => {
  expect(parseCommand(typed, apps)).toEqual({ name: "not-understood", problem });
});

test("what Slack made of mentions and links is read as the words a person typed", () => {
  expect(
    withoutMarkup(
      "ask <@U1|ana> in <#C1|ops> or <!subteam^S1|@release>, see <https://x.org/a|x.org/a> &amp; &lt;b&gt;",
    ),
  ).toBe("ask ana in ops or @release, see x.org/a & <b>");
});
