// Names that a file system allows and that have broken scripts before.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";

/** Each as bytes: none of them may be taken for an option, a pattern, two names, or another name. */
export const hostileNames: readonly Buffer[] = [
  "line\nbreak",
  "\n",
  "tab\tbed",
  "quote'\"`",
  "-rf",
  "--",
  "--checkpoint-action=exec=touch hit",
  "$(touch hit)",
  "${HOME}",
  "*",
  "[a]?",
  "back\\slash",
  "back\\nslash",
  " leading",
  "trailing ",
  "a  two spaces",
  "caf\u00e9",
  "cafe\u0301",
  "CuABCDEF",
  "@list",
  "!",
  "(",
  "n".repeat(255),
]
  .map((name) => Buffer.from(name))
  .concat([Buffer.from([0x62, 0x61, 0x64, 0xff, 0xfe]), Buffer.from([0xed, 0xa0, 0x80])]);

/** A file, a directory with a file, and links of every such name; `content` differs from tree to tree. */
export function makeHostileTree(root: string, content: string): void {
  mkdirSync(root, { recursive: true });
  for (const name of hostileNames) {
    const directory = Buffer.concat([Buffer.from(`${root}/in-`), name.subarray(0, 250)]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), content);
    mkdirSync(directory);
    writeFileSync(Buffer.concat([directory, Buffer.from("/"), name]), `${content} below`);
    symlinkSync(name, Buffer.concat([directory, Buffer.from("/link")]));
  }
}
