// The unified diff of a plan, from what both sides hold: the content that was planned, or a refusal.

import type { Change } from "./change.ts";
import type { Side } from "./compare.ts";
import { type KnownFile, readFiles } from "./contents.ts";
import type { Entry } from "./entry.ts";
import { looksSecret, type PatchLimits, patchLimits, patchOf } from "./patch.ts";

const mostBytes = 1024 * 1024;
const mostBytesInAll = 32 * 1024 * 1024;

/** Throws `scan-moved` when a file is not any more what the plan says it is. */
export async function patchSides(
  sides: { readonly preprod: Side; readonly prod: Side },
  changes: readonly Change[],
  limits: PatchLimits = patchLimits,
): Promise<string> {
  const before = new Map<string, Buffer>();
  const after = new Map<string, Buffer>();
  const wantedBefore: { readonly path: string; readonly file: KnownFile }[] = [];
  const wantedAfter: { readonly path: string; readonly file: KnownFile }[] = [];
  let bytes = 0;
  for (const change of changes) {
    const { path, from = path, kind, binary, rewritten } = change;
    if (kind === "mode" || binary || looksSecret(path) || looksSecret(from)) continue;
    const [left, right] = [known(path, change.before), known(from, change.after)];
    const size = (left?.size ?? 0) + (right?.size ?? 0);
    if ((left?.size ?? 0) > mostBytes || (right?.size ?? 0) > mostBytes) continue;
    if (bytes + size > mostBytesInAll) continue;
    bytes += size;
    if (left !== undefined) wantedBefore.push({ path, file: left });
    if (rewritten !== undefined) after.set(path, Buffer.from(rewritten.content, "base64"));
    else if (right !== undefined) wantedAfter.push({ path, file: right });
  }
  await Promise.all([read(sides.prod, wantedBefore, before), read(sides.preprod, wantedAfter, after)]);
  return patchOf(changes, { before, after }, limits);
}

/** Of several hosts, each with what only it shows under its name: `git apply` and `patch` skip such lines. */
export function joinPatches(
  parts: readonly { readonly host: string | undefined; readonly patch: string }[],
): string {
  const told = parts.filter(({ patch }) => patch !== "");
  const [first] = told;
  if (first === undefined || told.length === 1) return first?.patch ?? "";
  return told.map(({ host, patch }) => `# ${host ?? ""}\n${patch}`).join("");
}

async function read(
  side: Side,
  wanted: readonly { readonly path: string; readonly file: KnownFile }[],
  into: Map<string, Buffer>,
): Promise<void> {
  await readFiles(
    side.transport,
    side.root,
    wanted.map(({ file }) => file),
    (index, content) => {
      into.set(wanted[index]?.path ?? "", content);
    },
  );
}

function known(path: string, entry: Entry | undefined): KnownFile | undefined {
  return entry?.type === "file" && entry.sha256 !== undefined
    ? { path, size: entry.size, sha256: entry.sha256 }
    : undefined;
}
