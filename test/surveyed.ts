// Sides for tests of inference: from a table of names and contents, or from directories as they are.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import type { Surroundings, Survey, SurveyedFile, SurveyedSide } from "../src/init/surveyed.ts";

export type Contents = Readonly<Record<string, string | Buffer>>;

/** A path that ends in `/` is an empty directory. */
export function sideOf(contents: Contents): SurveyedSide {
  const files = new Map<string, SurveyedFile>();
  const directories = new Set<string>();
  const hashes = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const [written, content] of Object.entries(contents)) {
    const path = written.replace(/\/$/, "");
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
      directories.add(path.slice(0, slash));
    }
    if (written.endsWith("/")) {
      directories.add(path);
      continue;
    }
    const bytes = Buffer.from(content);
    files.set(path, { size: bytes.length });
    hashes.set(path, createHash("sha256").update(bytes).digest("hex"));
    if (!bytes.includes(0)) texts.set(path, bytes.toString());
  }
  return { files, directories, hashes, texts };
}

export const nowhere: Surroundings = {
  home: "/home/deploy",
  prodRoot: "/home/deploy/shop/prod",
  preprodRoot: "/home/deploy/shop/preprod",
  isBelowHome: false,
  composeFiles: [],
  units: [],
};

export function surveyOf(preprod: Contents, prod: Contents, around: Partial<Surroundings> = {}): Survey {
  return { preprod: sideOf(preprod), prod: sideOf(prod), surroundings: { ...nowhere, ...around } };
}

export function contentsOf(root: string): Contents {
  const contents: Record<string, string | Buffer> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (entry.isDirectory()) contents[`${path}/`] = "";
    else if (entry.isSymbolicLink()) contents[path] = readlinkSync(join(root, path));
    else contents[path] = readFileSync(join(root, path));
  }
  return contents;
}
