// Keeps what a promotion left in PROD: on the target, where it outlives every database, and in the bot's own store.

import { gunzipSync, gzipSync } from "node:zlib";
import type { AppConfig } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { decodeBytes, encodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import { expandRoot } from "../transport/shell.ts";
import type { Side } from "../tree/compare.ts";
import { hashFiles } from "../tree/hash.ts";
import {
  asPromised,
  digestOfLeft,
  type Left,
  type LeftPath,
  leftPaths,
  readLeft,
  writeLeft,
} from "../tree/left.ts";
import { listedTree } from "../tree/listed-tree.ts";
import type { Change, Plan } from "../tree/plan.ts";
import { compileRules } from "../tree/rules.ts";
import { scan } from "../tree/scan.ts";
import { scopeOf } from "../tree/scan-script.ts";
import type { Prod } from "../tree/swap.ts";
import type { PromotionRecord } from "./promotions.ts";

/** What was left, known by its digest; read only when somebody has to look inside. */
export type KeptLeft = { readonly digest: string; readonly read: () => Promise<Left | undefined> };

type Memory = Pick<Store, "recall" | "remember">;

const mostBytes = 256 * 1024 * 1024;

/** Tells what `current` holds, unless it is what the asker has; looks where the state directory would be, and makes nothing. */
const recallScript = `
root=$(cd -P -- "$written" 2>/dev/null && printf '%s.' "$PWD") || { printf none; exit 0; }
root=\${root%.}
current=\${root%/*}/.passerelle/$1/current
[ -f "$current" ] && [ -r "$current" ] || { printf none; exit 0; }
sum=$(sha256sum <"$current") || exit 70
[ "\${sum%% *}" != "$2" ] || { printf same; exit 0; }
printf 'sent\\0' && cat -- "$current"
`;

/**
 * The target's own word counts: another bot may have promoted since. The store's stands in where the target has lost it.
 * Undefined when nothing was ever promoted there.
 */
export async function recallLeft(prod: Side, app: AppConfig, memory: Memory): Promise<KeptLeft | undefined> {
  const keys = keysOf(prod, app);
  const known = await memory.recall(keys.digest);
  const { stdout } = await capture(prod.transport, `written=${expandRoot(prod.root)}\n${recallScript}`, {
    what: "reading what the last promotion left",
    args: [app.name, known ?? ""],
    timeoutSeconds: 120,
    maxBytes: mostBytes,
  });
  if (stdout.subarray(0, 5).toString("latin1") === "sent\0") {
    const text = decodeBytes(stdout.subarray(5));
    await keep(memory, keys, text);
    return { digest: digestOfLeft(text), read: async () => readLeft(text) };
  }
  if (known === undefined) return undefined;
  return {
    digest: known,
    read: async () => {
      const packed = await memory.recall(keys.text);
      return packed === undefined
        ? undefined
        : readLeft(gunzipSync(Buffer.from(packed, "base64")).toString("utf8"));
    },
  };
}

export async function rememberLeft(prod: Side, app: AppConfig, memory: Memory, text: string): Promise<void> {
  await keep(memory, keysOf(prod, app), text);
}

type Keys = { readonly digest: string; readonly text: string };

function keysOf({ transport, root }: Side, app: AppConfig): Keys {
  const place = `${app.name} ${transport.host} ${root}`;
  return { digest: `left-digest:${place}`, text: `left:${place}` };
}

/** The text first: a digest that is there promises it. */
async function keep(memory: Memory, keys: Keys, text: string): Promise<void> {
  await memory.remember(keys.text, gzipSync(encodeBytes(text), { level: 1 }).toString("base64"));
  await memory.remember(keys.digest, digestOfLeft(text));
}

// Beyond, whether somebody edited a large file is told by its size and times alone.
const mostHashedBytes = 1024 * 1024 * 1024;

/**
 * What PROD is at the end of a promotion, as the text that is kept. A PROD that cannot be read any more is no reason to
 * stop: then only what the promotion put there is known.
 */
export async function describeLeft(request: {
  readonly prod: Prod;
  readonly app: AppConfig;
  readonly record: PromotionRecord;
  readonly plan: Plan | undefined;
  readonly changes: readonly Change[];
  readonly before: KeptLeft | undefined;
  readonly at: string;
}): Promise<string> {
  const { prod, app, record, plan, changes, at } = request;
  const earlier = await request.before?.read();
  const before = earlier?.side.root === prod.root ? earlier : undefined;
  const found = await readProd({ prod, app, groups: plan?.groups ?? [], changes, before });
  const left: Left = {
    promotion: record.id,
    kind: record.kind,
    to: record.restorePointId,
    digest: plan?.digest,
    at,
    side: { host: prod.transport.host, root: prod.root },
    rules: { paths: app.paths, ignore: app.ignore, protect: app.protect, whole: found !== undefined },
    // What a hook of the promotion made of a file is what the promotion left.
    paths: hasHooks(app) && found !== undefined ? found : asPromised(found ?? [], changes),
  };
  return writeLeft(left);
}

function hasHooks({ hooks }: AppConfig): boolean {
  return Object.values(hooks).some((list) => list.length > 0);
}

async function readProd(request: {
  readonly prod: Prod;
  readonly app: AppConfig;
  readonly groups: readonly string[];
  readonly changes: readonly Change[];
  readonly before: Left | undefined;
}): Promise<readonly LeftPath[] | undefined> {
  const { prod, app, groups, changes, before } = request;
  const rules = compileRules(app, groups);
  try {
    const { listing } = await scan(prod.transport, prod.root, { scope: scopeOf(rules, "prod") });
    const paths = leftPaths({ prod: listedTree(listing), rules, changes, before });
    return await withHashes(prod, paths);
  } catch (error) {
    if (isFailure(error, "scan-failed", "scan-moved", "command-failed", "command-timeout")) return undefined;
    throw error;
  }
}

/** The smallest first, until it is enough. */
async function withHashes(prod: Prod, paths: readonly LeftPath[]): Promise<readonly LeftPath[]> {
  const missing = paths
    .filter((one) => one.type === "file")
    .filter(({ sha256 }) => sha256 === undefined)
    .map(({ path, size, identity = "" }) => ({ path, size, identity }))
    .sort((one, other) => one.size - other.size);
  let bytes = 0;
  const wanted = missing.filter(({ size }) => {
    bytes += size;
    return bytes <= mostHashedBytes;
  });
  const hashes = new Map<string, string>();
  await hashWhatStays(prod, wanted, hashes);
  return paths.map((one) => {
    const sha256 = hashes.get(one.path);
    return one.type === "file" && sha256 !== undefined ? { ...one, sha256 } : one;
  });
}

/** What moves while it is read is looked for in halves: the rest need not suffer from it. */
async function hashWhatStays(
  prod: Prod,
  files: readonly { readonly path: string; readonly size: number; readonly identity: string }[],
  into: Map<string, string>,
): Promise<void> {
  if (files.length === 0) return;
  try {
    const hashes = await hashFiles(prod.transport, prod.root, files);
    for (const [index, { path }] of files.entries()) into.set(path, hashes[index] ?? "");
  } catch (error) {
    if (!isFailure(error, "scan-moved", "scan-failed")) throw error;
    if (files.length === 1) return;
    const middle = Math.ceil(files.length / 2);
    await hashWhatStays(prod, files.slice(0, middle), into);
    await hashWhatStays(prod, files.slice(middle), into);
  }
}
