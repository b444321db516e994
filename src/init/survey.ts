// Reads of two sides what is needed to infer a configuration: all names, some hashes and texts, what lies near PROD.

import { posix } from "node:path";
import { builtInIgnore } from "../config/defaults.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import { expandRoot } from "../transport/shell.ts";
import type { Transport } from "../transport/transport.ts";
import { nulList } from "../tree/nul-list.ts";
import { readContents } from "../tree/read-contents.ts";
import { stateDirectory } from "../tree/rules.ts";
import { type OpenScan, openScan, type ScannedSide } from "../tree/scan.ts";
import { litter } from "./names.ts";
import { sortOut } from "./sort-out.ts";
import type { NearbyFile, Surroundings, Survey, SurveyedFile, SurveyedSide } from "./surveyed.ts";
import { toHash, toRead } from "./what-to-read.ts";

export type SideToSurvey = { readonly transport: Transport; readonly root: string };

/** Throws what a scan and the transport throw, and `sides-overlap`. What may not be read below a root is passed over. */
export async function survey(preprod: SideToSurvey, prod: SideToSurvey): Promise<Survey> {
  const [scannedPreprod, scannedProd] = await scanBoth(preprod, prod);
  const names = { preprod: namesOf(scannedPreprod), prod: namesOf(scannedProd) };
  const sorted = { preprod: sortOut(names.preprod), prod: sortOut(names.prod) };
  const [preprodHashes, prodHashes, surroundings] = await Promise.all([
    hashesOf(preprod, toHash(sorted.preprod, sorted.prod)),
    hashesOf(prod, toHash(sorted.prod, sorted.preprod)),
    lookAround(prod, scannedProd.root, scannedPreprod.root),
  ]);
  const hashed = {
    preprod: { ...sorted.preprod, hashes: preprodHashes },
    prod: { ...sorted.prod, hashes: prodHashes },
  };
  const wanted = toRead(hashed.preprod, hashed.prod);
  const [preprodTexts, prodTexts] = await Promise.all([
    textsOf(preprod, names.preprod, wanted.preprod),
    textsOf(prod, names.prod, wanted.prod),
  ]);
  return {
    preprod: { ...names.preprod, hashes: preprodHashes, texts: preprodTexts },
    prod: { ...names.prod, hashes: prodHashes, texts: prodTexts },
    surroundings,
  };
}

async function scanBoth(
  preprod: SideToSurvey,
  prod: SideToSurvey,
): Promise<readonly [ScannedSide, ScannedSide]> {
  const skipNames = [stateDirectory, ...builtInIgnore, ...litter.filter((pattern) => pattern.endsWith("/"))]
    .filter((pattern) => !pattern.includes("*"))
    .map((pattern) => pattern.replace(/\/$/, ""));
  const scope = { skipNames, skipPaths: [], needed: [] };
  const open = ({ transport, root }: SideToSurvey): Promise<OpenScan> =>
    openScan(transport, root, { scope, askDigest: false });
  const [left, right] = await Promise.allSettled([open(preprod), open(prod)]);
  if (left.status === "rejected") throw left.reason;
  if (right.status === "rejected") throw right.reason;
  const scanned = [await left.value.fetch(), await right.value.fetch()] as const;
  refuseOverlap(...scanned);
  return scanned;
}

function refuseOverlap(preprod: ScannedSide, prod: ScannedSide): void {
  const isOneMachine =
    preprod.host === prod.host || (preprod.bootId !== "" && preprod.bootId === prod.bootId);
  const [inner = "", outer = ""] = [preprod.lineage[0], prod.lineage[0]];
  if (!isOneMachine || (!preprod.lineage.includes(outer) && !prod.lineage.includes(inner))) return;
  const details = { host: prod.host, reason: `${preprod.root}, ${prod.root}` };
  throw new PasserelleError("sides-overlap", { ...details, preprod: preprod.root, prod: prod.root });
}

function namesOf({ listing }: ScannedSide): SurveyedSide {
  const files = new Map<string, SurveyedFile>();
  const directories = new Set<string>();
  for (let index = 1; index < listing.count; index += 1) {
    const type = listing.type(index);
    if (type === "directory") directories.add(listing.path(index));
    else if (type === "file") files.set(listing.path(index), { size: listing.size(index) });
    else if (type === "link") {
      const entry = listing.entry(index);
      const target = entry.type === "link" ? entry.target : "";
      files.set(listing.path(index), { size: target.length, target });
    }
  }
  return { files, directories, hashes: new Map(), texts: new Map() };
}

/** What cannot be read, or has gone, has no hash: nothing is decided here that has to be exact. */
async function hashesOf(
  { transport, root }: SideToSurvey,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const script = `cd -P -- ${expandRoot(root)} || exit 66
xargs -0 -r -n 500 -P 2 sh -c 'sha256sum -z -- "$@" 2>/dev/null; :' sh`;
  const { stdout } = await capture(transport, script, {
    what: "hashing files",
    input: nulList(paths.map((path) => `./${path}`)),
    timeoutSeconds: 300,
    maxBytes: 1024 * 1024 + paths.reduce((sum, path) => sum + 3 * path.length + 128, 0),
  });
  const hashes = new Map<string, string>();
  for (const answer of decodeBytes(stdout).split("\0")) {
    const [, hash, path] = /^([0-9a-f]{64}) [ *]\.\/(.*)$/s.exec(answer) ?? [];
    if (hash !== undefined && path !== undefined) hashes.set(path, hash);
  }
  return hashes;
}

async function textsOf(
  side: SideToSurvey,
  names: SurveyedSide,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const files = paths.map((path) => ({ path, size: names.files.get(path)?.size ?? 0 }));
  const texts = new Map<string, string>();
  for (const [path, content] of await readContents(side, files)) {
    if (!content.includes(0)) texts.set(path, decodeBytes(content));
  }
  return texts;
}

const mostNearby = 40;

/** Compose files at most two levels below PROD or the directory it is in, and units that name PROD. */
async function lookAround(prod: SideToSurvey, prodRoot: string, preprodRoot: string): Promise<Surroundings> {
  const isBelowHome = prod.root.startsWith("~/");
  const nothing = { home: "", prodRoot, preprodRoot, isBelowHome, composeFiles: [], units: [] };
  let stdout: Buffer;
  try {
    ({ stdout } = await capture(prod.transport, nearbyScript(prod.root), {
      what: "looking for compose files near PROD",
      timeoutSeconds: 60,
      maxBytes: 16 * 1024 * 1024,
    }));
  } catch (error) {
    // Without them the person names how PROD is restarted.
    if (isFailure(error, "command-failed", "command-timeout")) return nothing;
    throw error;
  }
  const parts = decodeBytes(stdout).split("\0");
  const composeFiles = new Map<string, NearbyFile>();
  const units: NearbyFile[] = [];
  for (let at = 1; at + 2 < parts.length; at += 3) {
    const [kind = "", path = "", text = ""] = parts.slice(at, at + 3);
    const whole = posix.resolve(prodRoot, path);
    if (kind === "unit") units.push({ path: whole, text });
    else if (!whole.startsWith(`${preprodRoot}/`)) composeFiles.set(whole, { path: whole, text });
  }
  return { ...nothing, home: parts[0] ?? "", composeFiles: [...composeFiles.values()], units };
}

function nearbyScript(root: string): string {
  return `cd -P -- ${expandRoot(root)} || exit 66
root=$(pwd -P)
printf '%s\\0' "$HOME"
show() { xargs -0 -r sh -c 'for file; do [ -r "$file" ] || continue; printf "compose\\0%s\\0" "$file"; tr -d "\\0" <"$file"; printf "\\0"; done' sh; }
compose() {
  timeout 10 find "$1" -maxdepth 2 -type f -size -512 '(' -name 'docker-compose*.yml' -o -name 'docker-compose*.yaml' -o -name 'compose*.yml' -o -name 'compose*.yaml' ')' -print0 2>/dev/null |
    head -z -n ${mostNearby} | show
}
compose .
[ "\${root%/*}" = "" ] || compose ..
for file in /etc/systemd/system/*.service "$HOME"/.config/systemd/user/*.service; do
  [ -f "$file" ] && [ -r "$file" ] || continue
  text=$(tr -d '\\0' <"$file")
  case $text in *"$root"*) printf 'unit\\0%s\\0%s\\0' "$file" "$text" ;; esac
done
:`;
}
