// What `passerelle init` asks and says, and the lines of explanation in the file it writes, in English. Plain text.

import { initNotes } from "./init-notes.ts";

export const init = {
  notes: initNotes,
  ask: {
    preprod: "PREPROD, as DIR or HOST:DIR (the new version)",
    prod: "PROD, as DIR or HOST:DIR (what runs)",
    app: "Name of the app",
    channel: "Slack channel where it may be promoted (C…; empty: fill in later)",
    approvers: "Who may approve: ids of people or groups, U… S… (empty: fill in later)",
    path: (preprod: string, prod: string) =>
      `PREPROD and PROD have nothing in common.\n  PREPROD: ${preprod}\n  PROD: ${prod}\nWhat goes where, as FROM:TO (a directory ends in /)`,
    again: {
      side: "That is no directory: write DIR, HOST:DIR or user@host:port:DIR.",
      app: "Letters, digits, ., - and _ only, a letter or digit first.",
      channel:
        "A channel's id begins with C or G, as in C0123456789: it is at the bottom of the channel's details.",
      approvers: "Ids begin with U or W (people) or S (groups), as in U0ABC123.",
      path: "Write FROM:TO, both relative, both with a / at the end or neither.",
    },
  },
  reading: (preprod: string, prod: string) => `Reading ${preprod} and ${prod} …`,
  wrote: (file: string) => `Wrote ${file}.`,
  wroteEnv: (file: string) => `Wrote ${file}: put the bot's tokens there.`,
  keptEnv: (file: string) => `${file} is there already and stays as it is.`,
  notComplete: (count: number) =>
    count === 1 ? "One line is left for you to fill in:" : `${count} lines are left for you to fill in:`,
  fill: {
    channel: (file: string, line: number) => `${file}:${line}  channel: the id of the Slack channel, C…`,
    approvers: (file: string, line: number) => `${file}:${line}  approvers: who may approve, U… or S…`,
  },
  planOf: (app: string) => `What \`passerelle diff ${app}\` shows with it:`,
  noPlan: (file: string) => `${file} is written, but no plan could be made with it:`,
  next: "Next:",
  file: {
    head: (preprod: string, prod: string) => `Written by \`passerelle init\` from ${preprod} and ${prod}.`,
    how: "Each comment says why a line is there; correct what is wrong. All keys: docs/configuration.md.",
    fillChannel:
      "TO FILL IN: the id of the Slack channel, as in C0123456789 (channel's details, at the bottom)",
    channel: "where it may be promoted and is announced",
    fillApprovers: "TO FILL IN: who may approve, as in [U0ABC123, S0GROUP] (profile > Copy member ID)",
    paths: "The first rule that matches wins; what no rule is about is shown with each plan, and left alone.",
    keeps: "delete: false keeps in PROD what PREPROD no longer has; say true where PROD should lose it too.",
    ignore: "Left out on both sides, besides __pycache__/, *.pyc, .git/, .venv/ and node_modules/.",
    protect: "Of PROD: never written or deleted, whatever a rule says.",
    backup:
      "The archive leaves the data out; what a promotion replaces is kept in its undo set all the same.",
    start: "how long a start takes, by its own health check",
    http: "PROD has to answer here, asked from its own host; `contains: '…'` asks for a text in the page.",
    logs: "Lines of the log since the restart that mean it is not healthy.",
    sure: "Two good looks in a row; not healthy within the deadline: PROD goes back to what it was.",
    approval: "Nobody promotes alone: by-requester: true would let who asks approve too.",
  },
};
