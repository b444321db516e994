// Why `init` wrote a line into `passerelle.yml`, in English. Each is one line of plain text.

import { type Details, detail, listOf, numberOf, type Sentence } from "../details.ts";
import { englishMeasures as measures } from "../measures.ts";

const files = (d: Details): string => measures.count(numberOf(d, "files") ?? 0, "file", "files");
const size = (d: Details): string => measures.bytes(numberOf(d, "bytes") ?? 0);
const more = (d: Details): string => {
  const rest = (numberOf(d, "files") ?? 0) - listOf(d, "paths").length;
  return rest > 0 ? ` and ${rest} more` : "";
};
const names = (d: Details): string => `${listOf(d, "paths").join(", ")}${more(d)}`;
const isAre = (d: Details): string => (numberOf(d, "files") === 1 ? "is" : "are");

export const initNotes = {
  evidence: (d) =>
    `${files(d)} in the same place below both: ${numberOf(d, "same")} with the same content, ${numberOf(d, "alike")} alike`,
  "same-directory": (d) =>
    `on both sides; ${files(d)} in common, ${numberOf(d, "same")} with the same content`,
  "same-place": () => "at the same place on both sides",
  "same-content": () => "the same content under another path",
  "alike-content": () => "much the same content under another path",
  "whole-root": (d) =>
    `both sides have the same layout: ${measures.count(numberOf(d, "entries") ?? 0, "entry", "entries")} at the root are on both`,
  weak: (d) =>
    `CHECK THIS LINE: little in common (${files(d)} of the same name); these are the only two directories with code that nothing else explains`,
  rival: (d) => `${detail(d, "from")} looks like it too, with less in common (${files(d)})`,
  given: () => "as it was said",
  "prod-empty": () => "PROD has nothing of it yet: the layout of PREPROD is taken",
  rewrite: (d) =>
    `PROD has ${measures.count(numberOf(d, "lines") ?? 0, "line", "lines")} otherwise on purpose: made again at every promotion`,
  "data-there": (d) => `data that PROD has too (${size(d)}): promoted only with --with data`,
  "data-same": () => "data, the same on both sides: promoted only with --with data",
  "data-large": (d) => `large (${size(d)}): promoted only with --with data`,
  "data-named": (d) => `data that ${detail(d, "file")} reads (${size(d)}): promoted only with --with data`,
  "data-directory": (d) => `data, ${files(d)}: promoted only with --with data`,
  "data-unnamed": (d) =>
    `Not promoted: ${names(d)}, data that is not in PROD and that no promoted code names.`,
  "data-state": (d) => `Not promoted: ${names(d)}; what the app writes into a database differs on each side.`,
  "left-out": (d) =>
    `Not promoted, as PROD has nothing like it: ${names(d)}. Add a rule for what belongs there.`,
  "compose-differs": (d) =>
    `Not promoted: ${names(d)} ${isAre(d)} on both sides and differ, as each side's own compose file does.`,
  "not-writable": (d) =>
    `No rule: ${names(d)} ${isAre(d)} not named in UTF-8, which a configuration cannot say.`,
  "ignore-tests": () => "tests",
  "ignore-documents": () => "documents",
  "ignore-litter": () => "left by tools",
  "protect-env": () => "each side's own settings and secrets",
  "protect-secret": () => "a secret",
  "protect-runtime": () => "filled by the running app",
  "protect-database": () => "a database that PROD writes",
  "compose-mounted": (d) =>
    `${detail(d, "service")} mounts PROD's directory, so a restart runs the new files; mode: recreate when mounts or variables changed`,
  "compose-built": (d) =>
    `the image of ${detail(d, "service")} is built of PROD's directory, so it has to be built again`,
  "compose-named": (d) =>
    `CHECK THIS LINE: the one service of a compose file named for PROD (${detail(d, "service")}); nothing in it names PROD's directory`,
  "other-compose": (d) => `another compose file is about PROD's directory: ${detail(d, "file")}`,
  "no-restart": () =>
    "No compose file near PROD is about its directory, so nothing is restarted. Write restart: { compose: … }, { systemd: … } or { command: … }.",
  "hint-unit": (d) => `${detail(d, "file")} names PROD's directory:`,
  "hint-start": (d) => `how ${detail(d, "file")} starts it:`,
  "port-published": (d) => `${detail(d, "service")} publishes port ${detail(d, "port")}`,
  "port-started": (d) => `started on port ${detail(d, "port")} of the host's own network`,
  "port-of-file": (d) => `port ${detail(d, "port")} of ${detail(d, "file")}`,
  "url-tested": () => "the page that its own health check asks",
  "url-guess": (d) => `PROD may answer at ${detail(d, "url")}`,
  "no-port": (d) =>
    `${detail(d, "service")} publishes no port: name a page that PROD answers on, or leave http out`,
  container: () => "container_name of the compose file",
  "no-container": (d) =>
    `${detail(d, "service")} has no container_name; \`docker ps\` shows the name that docker gave it`,
} satisfies Readonly<Record<string, Sentence>>;

export type InitNotes = typeof initNotes;
