// What `passerelle doctor` found on hosts and in PREPROD and PROD, in English. Plain text.

import { because, type Details, detail, listOf, numberOf, said } from "../details.ts";
import { englishMeasures as measures } from "../measures.ts";
import { restartFailures } from "./restart-failures.ts";

const { count } = measures;
const n = (d: Details, name: string) => numberOf(d, name) ?? 0;
const host = (d: Details) => detail(d, "host");
const path = (d: Details) => detail(d, "path");
const clock = (d: Details) => {
  const seconds = n(d, "aheadSeconds");
  return `${measures.duration(Math.abs(seconds))} ${seconds < 0 ? "behind" : "ahead of"}`;
};

const findings = {
  "host-reached": (d: Details) =>
    `${host(d)} answers as ${detail(d, "user")} in ${measures.duration(n(d, "seconds"))}${d["local"] === true ? "" : "; its key is the recorded one"} (${detail(d, "system")}).`,
  "host-not-ready": (d: Details) => `What is on ${host(d)} was not looked at: see what is said of that host.`,
  "took-too-long": (d: Details) => `It did not answer within ${measures.duration(n(d, "seconds"))}.`,
  unexpected: (d: Details) => `It could not be looked at${said(d)}.`,
  "tools-there": (d: Details) =>
    `Every tool that is needed is there${detail(d, "optional") === "" ? "" : `, and ${detail(d, "optional")}`}.`,
  "compression-missing": () =>
    "Neither zstd nor gzip is there: restore points would need `backup.compression: none`.",
  "host-clock": (d: Details) =>
    `Its clock agrees with the bot's to ${measures.duration(n(d, "apartSeconds"))}; its time zone does not matter.`,
  "host-clock-apart": (d: Details) => `Its clock is ${clock(d)} the bot's.`,
  "side-readable": (d: Details) => `${detail(d, "side")} ${path(d)} on ${host(d)} can be read.`,
  "sides-apart": () => "PREPROD and PROD are two directories, and neither lies in the other.",
  "state-dir-ready": (d: Details) =>
    `${path(d)} on ${host(d)} is usable, on PROD's file system, for the login alone.`,
  "state-dir-new": (d: Details) => `${path(d)} on ${host(d)} will be made by the first promotion.`,
  "parents-safe": () => "Nobody else may write in the directories above PROD.",
  "parent-open": (d: Details) =>
    `Others may write in ${path(d)}, above PROD, and could put another PROD in its place.`,
  "room-enough": (d: Details) =>
    `${measures.bytes(n(d, "free"))} are free; PROD has ${measures.bytes(n(d, "bytes"))} in ${count(n(d, "files"), "entry", "entries")}.`,
  "room-short": (d: Details) =>
    `${measures.bytes(n(d, "free"))} and ${count(n(d, "freeFiles"), "file", "files")} are free, and a promotion of everything would need ${measures.bytes(n(d, "needed"))} and ${count(n(d, "neededFiles"), "file", "files")} for the backup, the new files and the undo set.`,
  renamable: (d: Details) => `${detail(d, "user")} may rename in every directory of PROD.`,
  "directories-locked": (d: Details) =>
    `${detail(d, "user")} may not write in ${count(n(d, "count"), "directory", "directories")} that the path rules lead to: ${detail(d, "paths")}.`,
  "caches-locked": (d: Details) =>
    `${count(n(d, "count"), "directory", "directories")} of caches or protected files may not be written by ${detail(d, "user")}: ${detail(d, "paths")}. That is no trouble until a directory around them is to go.`,
  "foreign-files": (d: Details) =>
    `${count(n(d, "count"), "entry", "entries")} of PROD belong to others (${detail(d, "owners")}), as ${detail(d, "paths")}.`,
  "mounts-inside": (d: Details) =>
    `Other file systems are mounted inside PROD, and are neither promoted nor backed up: ${detail(d, "paths")}.`,
  "claim-free": () => "Nobody holds PROD.",
  "claim-held": (d: Details) =>
    `PROD is held by ${detail(d, "owner")} (${detail(d, "holder")}), which is under way.`,
  "claim-left": (d: Details) =>
    `PROD is held by ${detail(d, "owner")} (${detail(d, "holder")}) since ${measures.moment(detail(d, "since"))}, and this bot has nothing of that id under way.`,
  "claim-unsure": (d: Details) =>
    `PROD is held by ${detail(d, "owner")} (${detail(d, "holder")}) since ${measures.moment(detail(d, "since"))}.`,
  "jobs-running": (d: Details) =>
    `${count(listOf(d, "jobs").length, "job runs", "jobs run")} on ${host(d)}: ${detail(d, "jobs")}.`,
  "staging-left": (d: Details) =>
    `Promotions that have ended left ${measures.bytes(n(d, "bytes"))} in ${path(d)}: ${detail(d, "ids")}.`,
  "restore-points-none": () => "There is no restore point yet; each promotion makes one.",
  "restore-points": (d: Details) => {
    const checked = detail(d, "verified");
    const when =
      checked === "" ? "not verified since they were made" : `last verified ${measures.moment(checked)}`;
    return `${count(n(d, "count"), "restore point", "restore points")}, the newest of ${measures.moment(detail(d, "newest"))}; ${when}.`;
  },
  "restart-ready": (d: Details) => `What the restart needs is there (${detail(d, "what")}).`,
  "restart-not-ready": (d: Details) => `The restart would fail:${because(restartFailures, d)}`,
};

const remedies = {
  "host-not-ready": () => "mend the host first",
  "claim-unsure": (d: Details) => `look with \`passerelle status ${detail(d, "app")}\``,
  "restart-not-ready": () => "mend that on the host, or correct `restart` in the configuration",
  "took-too-long": () => "look at that machine, its load and its disks; then try again",
  unexpected: () => "run it again with LOG_LEVEL=debug, and report it if it stays",
  "compression-missing": () => "install gzip or zstd there",
  "host-clock-apart": () => "set the clocks, as with: sudo timedatectl set-ntp true",
  "parent-open": (d: Details) => `on ${host(d)}: sudo chmod o-w ${path(d)}`,
  "room-short": () => "free some, or keep fewer restore points (`backup.keep`)",
  "directories-locked": (d: Details) =>
    `on ${host(d)}: sudo chown -R ${detail(d, "user")} ${detail(d, "commandPaths")}`,
  "caches-locked": (d: Details) =>
    `on ${host(d)}: sudo chown -R ${detail(d, "user")} ${detail(d, "commandPaths")}`,
  "foreign-files": (d: Details) =>
    `let the app run as ${detail(d, "user")}, or on ${host(d)}: sudo chown -R ${detail(d, "user")} ${path(d)}`,
  "mounts-inside": () => "nothing, when that is meant; `protect` says so to everybody",
  "claim-left": (d: Details) =>
    `look with \`passerelle status ${detail(d, "app")}\`; \`passerelle rollback ${detail(d, "app")}\` takes PROD back and lets it go`,
  "jobs-running": () => "wait for them, or look with `passerelle status`",
  "staging-left": (d: Details) => `on ${host(d)}: rm -rf ${detail(d, "commandPaths")}`,
};

export const hostsAndTargets = { findings, remedies };
