// What `passerelle doctor` found and what to do about it, in English. Plain text.

import { type Details, detail, listOf, numberOf } from "../details.ts";
import { englishMeasures as measures } from "../measures.ts";
import { hostsAndTargets } from "./doctor-hosts.ts";

export type DoctorSentence = (details: Details) => string;

const { count } = measures;
const path = (d: Details) => detail(d, "path");
const n = (d: Details, name: string) => numberOf(d, name) ?? 0;

/** `6 min ahead of`, `40 s behind`. */
export const apart = (d: Details): string => {
  const seconds = n(d, "aheadSeconds");
  return `${measures.duration(Math.abs(seconds))} ${seconds < 0 ? "behind" : "ahead of"}`;
};

const configuration = {
  "config-read": (d: Details) =>
    `${path(d)} has no mistakes: ${count(n(d, "apps"), "app", "apps")} (sha256 ${detail(d, "sha256")}).`,
  "config-mistake": (d: Details) => `${path(d)}:${detail(d, "mistake")}.`,
  "environment-mistake": (d: Details) => `Environment: ${detail(d, "mistake")}.`,
  "env-file-private": (d: Details) => `${path(d)} can be read by its owner alone.`,
  "env-file-open": (d: Details) => `${path(d)} can be read by others (mode ${detail(d, "mode")}).`,
  "env-file-none": () => "There is no .env; what is set comes from the environment.",
  "data-dir-private": (d: Details) => `The data directory ${path(d)} belongs to the bot alone.`,
  "data-dir-open": (d: Details) =>
    `The data directory ${path(d)} can be entered by others (mode ${detail(d, "mode")}).`,
  "data-dir-new": (d: Details) => `The data directory ${path(d)} will be made at the first start.`,
  "data-dir-unusable": (d: Details) =>
    `The data directory ${path(d)} cannot be written by ${detail(d, "user")}.`,
  "node-version": (d: Details) => `Node ${detail(d, "version")}.`,
  "node-old": (d: Details) =>
    `Node ${detail(d, "version")} is too old: ${detail(d, "needed")} or newer is needed.`,
};

const slack = {
  "token-absent": (d: Details) => `${detail(d, "variable")} is not set.`,
  "bot-token": (d: Details) => `SLACK_BOT_TOKEN is @${detail(d, "bot")} of ${detail(d, "team")}.`,
  "scopes-complete": () => "The bot's token has every scope of manifest.yml.",
  "scopes-missing": (d: Details) =>
    `The bot's token lacks ${count(listOf(d, "scopes").length, "scope", "scopes")}: ${detail(d, "scopes")}.`,
  "scopes-unknown": () => "Slack did not say which scopes the bot's token has.",
  "app-token": () => "SLACK_APP_TOKEN opens connections (connections:write).",
  "app-token-scope": (d: Details) => `SLACK_APP_TOKEN lacks the scope ${detail(d, "needed")}.`,
  "signing-secret": () => "SLACK_SIGNING_SECRET has the form of one.",
  "signing-secret-form": () =>
    "SLACK_SIGNING_SECRET does not look like one: Slack's are 32 of the characters 0-9 and a-f.",
  "no-way-in": () =>
    "Nothing says how Slack reaches the bot: SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET and PORT (HTTP).",
  "slack-clock": (d: Details) =>
    `The clock here agrees with Slack's to ${measures.duration(n(d, "apartSeconds"))}.`,
  "slack-clock-apart": (d: Details) => `The clock here is ${apart(d)} Slack's.`,
  "channel-member": (d: Details) =>
    `The bot is in ${detail(d, "channel")}, the channel of ${detail(d, "app")}.`,
  "channel-not-member": (d: Details) =>
    `The bot is not in ${detail(d, "channel")}, the channel of ${detail(d, "app")}.`,
  "channel-archived": (d: Details) =>
    `${detail(d, "channel")}, the channel of ${detail(d, "app")}, is archived.`,
  "channel-unknown": (d: Details) =>
    `Slack knows no channel ${detail(d, "channel")} that the bot can see (for ${detail(d, "app")}).`,
  "approvers-enough": (d: Details) =>
    `${count(n(d, "people"), "person", "people")} may approve ${detail(d, "app")}; ${n(d, "required")} needed.`,
  "approvers-too-few": (d: Details) =>
    `Nobody can promote ${detail(d, "app")}: ${count(n(d, "required"), "approval is", "approvals are")} needed, and ${count(n(d, "people"), "person", "people")} may give one.`,
  "approvers-alone": (d: Details) =>
    `What one of the approvers of ${detail(d, "app")} asks for cannot be approved: without that person ${n(d, "people") - 1} are left, and ${n(d, "required")} needed.`,
  "approver-out": (d: Details) => {
    const standing = detail(d, "standing");
    const why =
      standing === "deactivated"
        ? "is deactivated"
        : standing === "guest"
          ? "is a guest"
          : standing === "bot"
            ? "is a bot"
            : "is not known to Slack";
    return `The approver ${detail(d, "id")} of ${detail(d, "app")} ${why} and cannot approve.`;
  },
  "approver-group-unknown": (d: Details) =>
    `The approver group ${detail(d, "id")} of ${detail(d, "app")} is not known to Slack.`,
  "approver-group-empty": (d: Details) =>
    `The approver group ${detail(d, "id")} of ${detail(d, "app")} is empty.`,
};

const database = {
  "database-sound": (d: Details) =>
    `${detail(d, "where")} is sound (${detail(d, "engine")} ${detail(d, "version")}).`,
  "database-new": (d: Details) => `The database ${detail(d, "where")} will be made at the first start.`,
  "database-unwritable": (d: Details) => `${detail(d, "where")} cannot be written by ${detail(d, "user")}.`,
  "database-clock-apart": (d: Details) => `The clock here is ${apart(d)} the database server's.`,
  "disk-room": (d: Details) => `${measures.bytes(n(d, "free"))} are free for the data directory.`,
  "disk-room-short": (d: Details) => `Only ${measures.bytes(n(d, "free"))} are free for the data directory.`,
  "data-dir-free": () => "No bot runs with this data directory now.",
  "data-dir-held": (d: Details) =>
    `A bot runs with this data directory (process ${detail(d, "pid", "unknown")}).`,
};

const remedies = {
  "config-mistake": () => "correct it there; `passerelle check-config` lists the same",
  "environment-mistake": () => "correct it in .env (see .env.example) or in the environment",
  "scopes-unknown": () => "compare OAuth & Permissions > Scopes with manifest.yml",
  "env-file-open": (d: Details) => `chmod 600 ${path(d)}`,
  "data-dir-open": (d: Details) => `chmod 700 ${path(d)}`,
  "data-dir-unusable": (d: Details) =>
    `give it to the bot's user, as in: sudo chown -R ${detail(d, "user")} ${path(d)}`,
  "node-old": () => "install Node 24, or run it with: npx node@24",
  "token-absent": (d: Details): string =>
    detail(d, "variable") === "SLACK_BOT_TOKEN"
      ? "copy the Bot User OAuth Token from OAuth & Permissions into .env"
      : "make an app-level token with connections:write under Basic Information > App-Level Tokens, and put it in .env",
  "scopes-missing": () =>
    "add them under OAuth & Permissions > Scopes (manifest.yml has them all), then Install App > Reinstall",
  "app-token-scope": () =>
    "make another one under Basic Information > App-Level Tokens with the scope connections:write, and put it in .env",
  "signing-secret-form": () => "copy it from Basic Information > App Credentials > Signing Secret into .env",
  "no-way-in": () => "set SLACK_APP_TOKEN in .env (see .env.example)",
  "slack-clock-apart": () => "set the clock of this machine, as with: sudo timedatectl set-ntp true",
  "channel-not-member": (d: Details) => `type in that channel: /invite @${detail(d, "bot")}`,
  "channel-archived": () => "unarchive it, or name another one under `channel:` in the configuration",
  "channel-unknown": (d: Details) =>
    `a private channel is invisible until you type in it: /invite @${detail(d, "bot")}; else correct \`channel:\` (its ID is at the end of About)`,
  "approvers-too-few": () => "name more people under `approval.approvers`, or lower `approval.required`",
  "approvers-alone": () => "have somebody else ask, or name more people under `approval.approvers`",
  "approver-out": () => "take that one out of `approval.approvers`, or name somebody else",
  "approver-group-unknown": () => "correct its id under `approval.approvers`, or enable the group in Slack",
  "approver-group-empty": () => "add people to it in Slack",
  "database-unwritable": (d: Details) =>
    `give it to the bot's user, as in: sudo chown ${detail(d, "user")} ${detail(d, "where")}`,
  "database-clock-apart": () => "set both clocks, as with: sudo timedatectl set-ntp true",
  "disk-room-short": () => "free some space on that volume",
};

export const doctor = {
  title: "passerelle doctor",
  levels: { ok: "ok", warning: "warning", wrong: "wrong" },
  rooms: {
    configuration: () => "Configuration",
    slack: () => "Slack",
    host: (name: string) => `Host ${name}`,
    target: (name: string) => `App ${name}`,
    database: () => "Database and data directory",
  },
  prodOn: (app: string, host: string) => `App ${app}, PROD on ${host}`,
  looking: (done: number, all: number) => `Looking: ${done} of ${all} …`,
  summary: (warnings: number, wrong: number) =>
    wrong + warnings === 0
      ? "Everything is in place."
      : `${wrong} wrong, ${count(warnings, "warning", "warnings")}.`,
  terminalSays: "`passerelle doctor` in a terminal shows everything that was looked at.",
  findings: { ...configuration, ...slack, ...database, ...hostsAndTargets.findings },
  remedies: { ...remedies, ...hostsAndTargets.remedies },
};
