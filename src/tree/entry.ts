// What is in a directory: path by path, type, mode, size, content hash, link target.

/**
 * Paths are relative to a root, `/`-separated, in the byte-exact text of `transport/bytes.ts` (bytes that are not UTF-8 are
 * lone surrogates U+DC80 to U+DCFF), so that every name a file system allows survives.
 */
export type Entry =
  | {
      readonly type: "file";
      /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
      readonly mode: number;
      readonly size: number;
      /** Seconds with nine decimals, as `find -printf %T@` prints them. */
      readonly mtime: string;
      /** `device:inode:size:mtime:ctime`: while it is the same, so is the content. */
      readonly identity: string;
      /** Lower-case hex; absent while nobody needed it. */
      readonly sha256?: string;
    }
  | { readonly type: "directory"; readonly mode: number; readonly mtime: string }
  | { readonly type: "link"; readonly target: string; readonly mtime: string }
  | { readonly type: "special"; readonly kind: "fifo" | "socket" | "block" | "character" };

export type Tree = ReadonlyMap<string, Entry>;

/** Whether two entries are the same thing to a promotion: content, mode, type and link target; never times. */
export function sameEntry(left: Entry | undefined, right: Entry | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  switch (left.type) {
    case "file":
      return (
        right.type === "file" &&
        left.mode === right.mode &&
        left.size === right.size &&
        (left.identity === right.identity || (left.sha256 !== undefined && left.sha256 === right.sha256))
      );
    case "directory":
      return right.type === "directory" && left.mode === right.mode;
    case "link":
      return right.type === "link" && left.target === right.target;
    case "special":
      return right.type === "special" && left.kind === right.kind;
  }
}
