// The images that a plan changes, as they are on both sides: few, small, and really what the plan says they are.

import { createHash } from "node:crypto";
import type { Side } from "../tree/compare.ts";
import type { Change } from "../tree/plan.ts";
import { readContents, type ScannedFile } from "../tree/read-contents.ts";

export type ChangedImage = {
  /** In PROD. */
  readonly path: string;
  /** Absent for a new image. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
};

export type ChangedImages = {
  readonly images: readonly ChangedImage[];
  /** How many more the plan brings: too large, too many, or moved since. */
  readonly left: number;
};

const mostImages = 5;
const mostBytes = 1_000_000;

/** Those that replace one first: what is new has nothing to be compared with. */
export async function readChangedImages(
  sides: { readonly preprod: Side; readonly prod: Side },
  changes: readonly Change[],
): Promise<ChangedImages> {
  const all = changes.filter(isImage);
  const wanted = all
    .filter((change) => sizesOf(change).every((size) => size > 0 && size <= mostBytes))
    .sort((left, right) => Number(left.kind === "add") - Number(right.kind === "add"))
    .slice(0, mostImages);
  const [after, before] = await Promise.all([
    readContents(
      sides.preprod,
      wanted.flatMap((change) => scanned(change.from, change.after)),
    ),
    readContents(
      sides.prod,
      wanted.flatMap((change) => scanned(change.path, change.before)),
    ),
  ]);
  const images = wanted.flatMap((change): readonly ChangedImage[] => {
    const { path, from } = change;
    const is = asPlanned(after.get(from ?? ""), change.after);
    const was = change.before === undefined ? undefined : asPlanned(before.get(path), change.before);
    if (is === undefined || (change.before !== undefined && was === undefined)) return [];
    return [{ path, before: was, after: is }];
  });
  return { images, left: all.length - images.length };
}

function isImage({ kind, path, after, rewritten }: Change): boolean {
  return (
    (kind === "add" || kind === "change") &&
    after?.type === "file" &&
    rewritten === undefined &&
    /\.(?:png|jpe?g|gif|webp)$/i.test(path)
  );
}

function sizesOf({ before, after }: Change): readonly number[] {
  return [before, after].flatMap((entry) =>
    entry === undefined ? [] : entry.type === "file" ? entry.size : 0,
  );
}

function scanned(path: string | undefined, entry: Change["after"]): readonly ScannedFile[] {
  return path === undefined || entry?.type !== "file" ? [] : [{ path, size: entry.size }];
}

function asPlanned(content: Buffer | undefined, entry: Change["after"]): Buffer | undefined {
  if (content === undefined || entry?.type !== "file" || entry.sha256 === undefined) return undefined;
  const sha256 = createHash("sha256").update(content).digest("hex");
  return sha256 === entry.sha256 && looksLikeImage(content) ? content : undefined;
}

/** By its first bytes, whatever it is called. */
function looksLikeImage(content: Buffer): boolean {
  const head = content.toString("latin1", 0, 12);
  return (
    head.startsWith("\x89PNG\r\n\x1a\n") ||
    head.startsWith("\xff\xd8\xff") ||
    head.startsWith("GIF8") ||
    (head.startsWith("RIFF") && head.endsWith("WEBP"))
  );
}
