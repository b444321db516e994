// The trees that are measured: two sides of which one in a hundred files differs, with odd names, links and modes among them.

import { createHash, randomFillSync } from "node:crypto";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

export type TreeName = "T1" | "T2" | "T3";
export type Sides = { readonly preprod: string; readonly prod: string };

type Shape = {
  readonly files: number;
  readonly bytes: number;
  readonly perDirectory: number;
  readonly large: number;
};

/** As in the tables of the goals: code beside one large file, many files, very many small ones. */
export const shapes: Readonly<Record<TreeName, Shape>> = {
  T1: { files: 300, bytes: 10_000, perDirectory: 30, large: 581 * 1024 * 1024 },
  T2: { files: 10_000, bytes: 10_000, perDirectory: 50, large: 0 },
  T3: { files: 100_000, bytes: 2_000, perDirectory: 100, large: 0 },
};

const everyHundredth = 100;
const large = "data.duckdb";

/** Content that looks like code to a compressor and is never twice the same. */
export function contentOf(seed: string, bytes: number): Buffer {
  const parts: string[] = [];
  for (let length = 0, line = 0; length < bytes; line += 1) {
    const text = `    value_${line} = compute("${createHash("md5").update(`${seed}:${line}`).digest("hex")}", ${line})\n`;
    parts.push(text);
    length += text.length;
  }
  return Buffer.from(parts.join("").slice(0, bytes));
}

export function pathOf(shape: Shape, index: number): string {
  const directory = Math.floor(index / shape.perDirectory);
  const name = index % 997 === 0 ? `it's "odd" $(${index}).py` : `module_${index}.py`;
  return join(`package_${directory % 40}`, `part_${directory}`, name);
}

/** `share` of the files differs between the sides: in content, some of them with equal size and time, some in mode. */
export function makeSides(directory: string, name: TreeName, differing = everyHundredth): Sides {
  const shape = shapes[name];
  const sides = { preprod: join(directory, `${name}-preprod`), prod: join(directory, `${name}-prod`) };
  const time = new Date(Date.now() - 86_400_000);
  for (const root of Object.values(sides)) mkdirSync(root, { recursive: true });
  const made = new Set<string>();
  for (let index = 0; index < shape.files; index += 1) {
    const path = pathOf(shape, index);
    const parent = path.slice(0, path.lastIndexOf("/"));
    const content = contentOf(`${name}:${index}`, shape.bytes);
    for (const root of Object.values(sides)) {
      if (!made.has(`${root}/${parent}`)) mkdirSync(join(root, parent), { recursive: true });
      made.add(`${root}/${parent}`);
      writeFileSync(join(root, path), content);
      utimesSync(join(root, path), time, time);
    }
    if (index % differing === 0) change(join(sides.preprod, path), content, index, time);
  }
  for (const root of Object.values(sides)) symlinkSync("package_0", join(root, "current"));
  if (shape.large > 0) {
    writeLarge(join(sides.preprod, large), shape.large);
    copyFileSync(join(sides.preprod, large), join(sides.prod, large));
  }
  return sides;
}

function change(file: string, content: Buffer, index: number, time: Date): void {
  if (index % 10 === 9) {
    chmodSync(file, 0o755);
    return;
  }
  const changed = Buffer.from(content);
  changed.write(`#${index}`, Math.floor(content.length / 2));
  writeFileSync(file, index % 3 === 0 ? changed : Buffer.concat([changed, Buffer.from("# longer\n")]));
  if (index % 3 === 0) utimesSync(file, time, time);
}

/** Nothing in it repeats, so that nobody wins by compressing it. */
export function writeLarge(file: string, bytes: number): void {
  const descriptor = openSync(file, "w");
  const chunk = Buffer.alloc(1024 * 1024);
  try {
    for (let written = 0; written < bytes; written += chunk.length) {
      writeSync(descriptor, randomFillSync(chunk), 0, Math.min(chunk.length, bytes - written));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Gives one in a hundred files of a side another content than any time before. */
export function touchSome(root: string, name: TreeName, round: number): void {
  const shape = shapes[name];
  for (let index = 1; index < shape.files; index += everyHundredth)
    writeFileSync(join(root, pathOf(shape, index)), contentOf(`${name}:${index}:${round}`, shape.bytes));
}
