// Why something failed, in English: each names the thing, the cause and the next move.

import type { FailureCode } from "../../errors.ts";
import { because, type Details, detail, listOf, numberOf, type Sentence, said } from "../details.ts";
import { englishMeasures as measures } from "../measures.ts";
import { restartFailures } from "./restart-failures.ts";

/** `errors.ts` has the codes of failures; the rest are endings that promotion and health give. */
export type TextCode =
  | FailureCode
  | "stopped"
  | "stale"
  | "unhealthy"
  | "locked"
  | "approval-void"
  | "membership-unknown"
  | "step-crashed"
  | "engine-failed"
  | "swap-failed"
  | "swap-mixed"
  | "undo-damaged"
  | "restart-failed"
  | "hook-failed"
  | "rehearsal-failed"
  | "rehearsal-port-taken"
  | "restore-unavailable"
  | "internal"
  | "unknown";

const host = (details: Details) => detail(details, ["host", "name", "address"], "the host");
const path = (details: Details) =>
  detail(details, ["path", "paths", "root", "directory", "dataDir", "file"], "the path");
const command = (details: Details) => detail(details, ["command", "what", "step"], "a command");
const limit = (details: Details) => {
  const seconds = numberOf(details, ["limitSeconds", "timeoutSeconds", "limit", "seconds"]);
  return seconds === undefined ? "its time limit" : measures.duration(seconds);
};
const holding = (details: Details) => {
  const pid = numberOf(details, "pid");
  return pid === undefined ? "" : ` (process ${pid})`;
};
const known = (details: Details) => {
  const names = listOf(details, ["known", "apps"]);
  return names.length === 0 ? "" : ` Known: ${names.join(", ")}.`;
};
const where = (details: Details) => {
  const name = detail(details, ["host", "side"]);
  return name === "" ? "" : ` on ${name}`;
};

export const failures: Readonly<Record<TextCode, Sentence>> = {
  "config-invalid": (d) => {
    const mistakes = listOf(d, ["mistakes", "problems", "errors"]);
    const first = mistakes.length === 0 ? said(d) : `: ${mistakes.slice(0, 3).join("; ")}`;
    return `The configuration ${detail(d, "file", "passerelle.yml")} has mistakes${first}. Run \`passerelle check-config\` to see each with its line.`;
  },
  "config-missing": (d) =>
    `There is no configuration at ${detail(d, ["file", "path"], "passerelle.yml")}. Run \`passerelle init\`, or set PASSERELLE_CONFIG to where it is.`,
  "file-exists": (d) =>
    `${path(d)} is there already, and nothing was written. Use --force to replace it, or set PASSERELLE_CONFIG to another file.`,
  "file-not-written": (d) =>
    `${path(d)} could not be written${said(d)}. Check the directory's rights and space, then try again.`,
  "environment-invalid": (d) =>
    `The environment is not usable: ${detail(d, ["mistakes", "variable", "name"], "a variable")}${said(d)}. Correct it in .env (see .env.example) and start again.`,
  "app-unknown": (d) =>
    d["app"] === ""
      ? `Say which app.${known(d)}`
      : `There is no app called ${detail(d, ["app", "name"], "that")} in the configuration.${known(d)} Check the name.`,
  "group-unknown": (d) =>
    `There is no group called ${detail(d, ["group", "groups", "name"], "that")} in the path rules.${known(d)} Check the name after --with.`,
  "host-unknown": (d) =>
    `There is no host called ${detail(d, ["host", "name"], "that")} under \`hosts:\` in the configuration.${known(d)} Check the name.`,
  "plan-unknown": (d) =>
    `Plan ${detail(d, ["plan", "planId", "id"], "of that id")} is not known. Make a new one with \`diff\`.`,
  "promotion-unknown": (d) =>
    `Promotion ${detail(d, ["promotion", "promotionId", "id"], "of that id")} is not known. \`history\` lists them.`,
  "restore-point-unknown": (d) =>
    `Restore point ${detail(d, ["restorePoint", "to", "id"], "of that id")} is not there${where(d)}. \`passerelle restore-points\` lists those that are.`,
  "host-unreachable": (d) =>
    `${host(d)} cannot be reached${said(d)}. Check that it is up and that \`ssh ${host(d)}\` works from the bot's machine.`,
  "host-key-unknown": (d) =>
    `The key of ${host(d)} is not known here${fingerprint(d)}. Run \`${detail(d, "remedy", `passerelle trust-host ${host(d)}`)}\` and compare the fingerprint.`,
  "host-key-changed": (d) =>
    `${host(d)} answered with another key than the recorded one${bothFingerprints(d)}. Nothing was sent. Find out why it changed; only then remove the old line from known_hosts and run \`passerelle trust-host ${host(d)}\`.`,
  "host-key-revoked": (d) =>
    `The key of ${host(d)} is marked as revoked in known_hosts. Nothing was sent. Ask whoever runs the host for its new key.`,
  "host-auth-failed": (d) =>
    `${host(d)} refused the login${user(d)}${said(d)}. Check the user, the key and that the agent is running; \`passerelle doctor\` tries each.`,
  "host-no-shell": (d) =>
    `${host(d)} let us in but gives no usable shell${said(d)}. The deploy user needs a POSIX shell without a greeting on standard output.`,
  "host-algorithms": (d) =>
    `${host(d)} and the bot have no algorithm in common${said(d)}. ${d["transport"] === "openssh" ? "Update its SSH server: what it offers is too weak." : "Use `transport: openssh` for this host, or update its SSH server."}`,
  "host-lost": (d) =>
    `The connection to ${host(d)} was lost${said(d)}. What was started there goes on; the bot connects again by itself.`,
  "no-direct-transfer": (d) =>
    `Neither ${detail(d, ["from"], "PREPROD's host")} nor ${host(d)} lets the other log in without a question, and \`prod.transfer\` is \`direct\`. Let one of them in with a key, with the other's host key in its known_hosts, or set it to \`auto\`.`,
  "command-failed": (d) => {
    const code = numberOf(d, ["exitCode", "code", "rc"]);
    return `${command(d)} failed${where(d)}${code === undefined ? "" : ` with exit code ${code}`}${said(d)}. Look at the log for its whole output.`;
  },
  "command-timeout": (d) =>
    `${command(d)} did not end within ${limit(d)}${where(d)}. Look at the log; raise its time limit if it needs longer.`,
  "tool-missing": (d) =>
    `${detail(d, ["tool", "tools", "name"], "A tool")} is missing${where(d)}.${busybox(d)} Install it there${installing(d)}; \`passerelle doctor\` lists all that is needed.`,
  "job-died": (d) =>
    `${detail(d, ["job", "step", "id"], "A job")} ended without a result${where(d)}: it was killed or the host restarted. Nothing is assumed; the next attempt looks at what is there.`,
  "job-fenced": (d) =>
    `Another bot has taken over${where(d)}, so this one wrote nothing. Look at the newer promotion with \`status\`.`,
  "target-held": (d) =>
    `Somebody else is writing to PROD${where(d)} right now${said(d)}. Wait for it to end, then try again.`,
  "state-dir-unusable": (d) =>
    `The state directory ${path(d)}${where(d)} cannot be used${said(d)}. It must belong to the deploy user, with mode 0700, on PROD's file system.`,
  "side-missing": (d) =>
    `${path(d)} does not exist${where(d)}. Check \`root\` in the configuration, or create it.`,
  "sides-overlap": (d) =>
    `PREPROD and PROD overlap${said(d)}: one root lies inside the other. Give each its own directory.`,
  "hosts-overlap": (d) =>
    `${detail(d, "host", "A host")} and ${detail(d, "other", "another")} lead to one directory: ${detail(d, "root", "PROD's root")} is the same on both. Name one of them under \`prod.hosts\`.`,
  "not-answered": () => "The question was not answered, so nothing was done. Run the command again.",
  "sides-needed": (d) =>
    `Without a terminal to ask at, \`init\` needs ${listOf(d, "missing").join(" and ") || "--preprod and --prod"}: DIR, or HOST:DIR for a directory on a host.`,
  "side-not-understood": (d) =>
    `${detail(d, "option", "A directory")} is not understood${said(d)}. Write DIR, HOST:DIR or user@host:port:DIR; the directory must be one of the app's own.`,
  "sides-unrelated": (d) =>
    `PREPROD and PROD have nothing in common, so no path rule can be inferred. PREPROD has ${listOf(d, "preprod").join(", ") || "nothing to promote"}; PROD has ${listOf(d, "prod").join(", ") || "nothing"}. Check the two directories, or say what goes where with --path FROM:TO, as in --path src/:app/.`,
  "scan-failed": (d) =>
    `${path(d)}${where(d)} could not be read${said(d)}. Give the deploy user the right to read it, or leave it out with \`ignore\`.`,
  "scan-moved": (d) =>
    `${path(d)} changed${where(d)} while it was being read. Try again when nothing writes there.`,
  "path-conflict": (d) =>
    `Two things want to be ${path(d)} in PROD${said(d)}. Change the path rules so that each has its own place.`,
  "disk-full": (d) => {
    const needed = numberOf(d, ["needed", "neededBytes", "bytes"]);
    const free = numberOf(d, ["free", "freeBytes", "available"]);
    const sizes =
      needed === undefined || free === undefined
        ? said(d)
        : `: ${measures.bytes(needed)} needed, ${measures.bytes(free)} free`;
    return `There is not enough space${where(d)}${sizes}. Free some, or keep fewer restore points.`;
  },
  "stage-mismatch": (d) =>
    `What was staged for ${path(d)} is not what the plan says${said(d)}. PROD was not touched. Make a new plan.`,
  "backup-invalid": (d) =>
    `The backup ${detail(d, ["archive", "restorePoint", "id", "path"], "just made")} did not pass its verification${said(d)}. PROD was not touched. Check the disk${where(d)}, then try again.`,
  "data-dir-in-use": (d) =>
    `Another bot${holding(d)} already uses the data directory ${path(d)}. Stop it first, or set PASSERELLE_DATA_DIR to another one.`,
  "database-unusable": (d) =>
    `The database ${detail(d, "where")} cannot be used (${detail(d, ["said", "reason", "message"], "no detail")}). ${sentence(detail(d, "remedy", "check that it is up; promotions on the hosts go on meanwhile"))}`,
  "port-in-use": (d) =>
    `Port ${detail(d, "port", "of the configuration")} cannot be listened on${said(d)}. Stop what uses it, or set PORT to another one.`,
  "slack-refused": (d) => slackRefused(d),
  "slack-unreachable": (d) =>
    `Slack cannot be reached${said(d)}. The bot keeps trying; \`passerelle status\` and \`passerelle rollback\` work from a terminal meanwhile.`,
  stopped: (d) => `It was stopped by ${detail(d, "by", "a person")}.`,
  stale: () => "PREPROD or PROD changed after the plan was made. Make a new plan.",
  unhealthy: (d) =>
    `PROD was not healthy${said(d)}. Look at the log lines, correct PREPROD, then make a new plan.`,
  locked: (d) =>
    `It was locked by ${detail(d, "by", "somebody")} after the approval${said(d)}. Unlock it, then make a new plan.`,
  "approval-void": () =>
    "An approval no longer counts: somebody who gave one is not among the approvers now. Make a new plan and have it approved again.",
  "membership-unknown": () =>
    "Slack did not say who the approvers are now, so nothing was written. Make a new plan when Slack answers.",
  "step-crashed": (d) =>
    `The step was cut off ${measures.count(numberOf(d, "attempts") ?? 0, "time", "times")} and is not tried again. Find out what kills the bot there; its log says when it started.`,
  "engine-failed": () =>
    "The engine that carries promotions lost this one. What PROD is now has to be looked at; the log says how far it came.",
  "swap-failed": (d) =>
    `The swap did not go through${said(d)}. Every path of PROD is as it was. Look at the log, then make a new plan.`,
  "swap-mixed": (d) =>
    `The swap stopped half-way${said(d)}: ${path(d)} is neither as before nor as planned. The commands below finish it or take it back.`,
  "undo-damaged": (d) =>
    `What was kept of the old PROD is not what it was: ${path(d)}. The backup archive of this promotion still is; the commands below restore from it.`,
  "restart-failed": (d) =>
    `The restart failed${said(d)}.${because(restartFailures, d)} Its last lines are in the log.`,
  "hook-failed": (d) =>
    `The hook ${detail(d, "what", "of the configuration")} ${howItEnded(d)}${said(d)}. Correct what it needs in PREPROD, or the hook itself, then make a new plan.`,
  "rehearsal-failed": (d) =>
    `The new version did not pass its rehearsal beside PROD${said(d)}. PROD was not touched. Correct PREPROD, then make a new plan.`,
  "rehearsal-port-taken": (d) =>
    `Something else answers at ${detail(d, "url", "the address of the rehearsal")}${where(d)}${said(d)}, so a rehearsal there would prove nothing. PROD was not touched. End it, or give \`rehearse\` another port.`,
  "restore-unavailable": (d) =>
    `The restore point lacks the content of ${path(d)}. PROD was not touched. Choose another one; \`passerelle verify\` checks them all.`,
  internal: () =>
    "A mistake inside the bot, not yours. Its log has the details under the id of this promotion.",
  unknown: (d) =>
    `It failed for a reason that has no words yet: ${detail(d, ["reason", "message", "error"], "no detail")}. Look at the log.`,
};

function howItEnded(details: Details): string {
  const code = numberOf(details, "exitCode");
  if (code !== undefined) return `ended with exit code ${code}`;
  return numberOf(details, "seconds") === undefined ? "was killed" : `did not end within ${limit(details)}`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function busybox(details: Details): string {
  return detail(details, "busybox") === "" ? "" : " BusyBox's own is not enough.";
}

function installing(details: Details): string {
  const command = detail(details, "remedy");
  return command === "" ? "" : ` with \`${command}\``;
}

function fingerprint(details: Details): string {
  const shown = detail(details, ["fingerprint", "offered"]);
  return shown === "" ? "" : ` (${shown})`;
}

function bothFingerprints(details: Details): string {
  const shown = detail(details, "fingerprint");
  const recorded = detail(details, "expected");
  if (shown === "" || recorded === "") return fingerprint(details);
  const file = detail(details, "file");
  return ` (it shows ${shown}; recorded is ${recorded}${file === "" ? "" : ` in ${file}`})`;
}

function user(details: Details): string {
  const name = detail(details, "user");
  return name === "" ? "" : ` of ${name}`;
}

function slackRefused(details: Details): string {
  const token = detail(details, ["token", "variable"], "a token");
  const reason = detail(details, ["reason", "error"], "refused");
  switch (reason) {
    case "missing_scope":
      return `Slack refused ${token}: the scope ${detail(details, ["needed", "scope"], "it needs")} is missing. Add it under OAuth & Permissions (manifest.yml has them all), then install the app again.`;
    case "not_allowed_token_type":
      return `Slack refused ${token}: it is a token of another kind. SLACK_BOT_TOKEN starts with xoxb-, SLACK_APP_TOKEN with xapp-.`;
    default:
      return token === "SLACK_APP_TOKEN"
        ? `Slack refused SLACK_APP_TOKEN (${reason}). Make an app-level token with the scope connections:write under Basic Information > App-Level Tokens, and put it in .env.`
        : `Slack refused ${token} (${reason}). Copy the Bot User OAuth Token from OAuth & Permissions, and put it in .env.`;
  }
}
