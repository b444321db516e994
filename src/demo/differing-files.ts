// Which files of the two sides differ, told independently of the bot: by their bytes and nothing else.

import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { prodPathOf, type SampleApp } from "./sample-app.ts";

export type DifferingFile = {
  /** `+`: PROD does not have it, `~`: PROD has another. */
  readonly mark: "+" | "~";
  /** Relative to PROD. */
  readonly path: string;
};

/** What only PROD has is no difference here: the sample's rules leave it alone. */
export async function differingFiles({ preprod, prod }: SampleApp): Promise<readonly DifferingFile[]> {
  const [wanted, current] = await Promise.all([
    contentsOf(preprod.root, prodPathOf),
    contentsOf(prod.root, (path) => path),
  ]);
  return [...wanted.keys()].sort().flatMap((path): readonly DifferingFile[] => {
    const there = current.get(path);
    if (there === undefined) return [{ mark: "+", path }];
    return wanted.get(path)?.equals(there) === true ? [] : [{ mark: "~", path }];
  });
}

/** A file that goes away while this reads is one that the next look will not see. */
async function contentsOf(
  root: string,
  place: (path: string) => string | undefined,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const read = found.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name)
      .slice(root.length + 1)
      .split(sep)
      .join("/");
    const to = entry.isFile() ? place(path) : undefined;
    return to === undefined
      ? []
      : [
          readFile(join(root, path)).then(
            (bytes) => [to, bytes] as const,
            () => undefined,
          ),
        ];
  });
  return new Map((await Promise.all(read)).filter((one) => one !== undefined));
}
