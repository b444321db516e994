// Reads `passerelle.yml`, and tells every mistake in it at once.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { PasserelleError } from "../errors.ts";
import type { Config } from "./config.ts";
import { type Mistake, mistakesOf } from "./mistakes.ts";
import { normalise } from "./normalise.ts";
import { type KeyPath, type Position, positionOf } from "./positions.ts";
import { brokenRules } from "./rules.ts";
import { type Salvaged, salvage } from "./salvage.ts";
import { type WrittenConfig, writtenConfig } from "./schema.ts";

const mostBytes = 1024 * 1024;

/** Throws `config-missing` or `config-invalid`, the latter with `mistakes`: `line:column path: sentence` each. */
export async function readConfig(file: string): Promise<Config> {
  const path = resolve(file);
  return parseConfig(path, await readText(path));
}

export function parseConfig(file: string, text: string): Config {
  const lines = new LineCounter();
  // Editors on Windows put a byte order mark first; counted, it would move the columns of line 1.
  const document = parseDocument(text.replace(/^\uFEFF/, ""), {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
  });
  const found: Found[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { position: { line, column: col }, said: yamlSentence(error.code, error.message) };
  });
  const isReadable = document.errors.every((error) => error.code === "DUPLICATE_KEY");
  let config: Config | undefined;
  if (isReadable) {
    const read = checked(file, () => document.toJS({ maxAliasCount: 100 }) as unknown);
    config = read.config;
    found.push(
      ...read.mistakes.map((mistake) => ({
        position: positionOf(document, lines, mistake.path, mistake.part),
        said: `${shownPath(mistake.path)}: ${mistake.sentence}`,
      })),
    );
  }
  if (config !== undefined && found.length === 0) return config;
  throw invalid(file, found);
}

type Found = { readonly position: Position; readonly said: string };

function checked(
  file: string,
  toData: () => unknown,
): { readonly config: Config | undefined; readonly mistakes: readonly Mistake[] } {
  const written = dataOf(toData);
  if (written.mistake !== undefined) return { config: undefined, mistakes: [written.mistake] };
  const parsed = writtenConfig.safeParse(written.data);
  if (parsed.success) {
    const broken = brokenRules(parsed.data);
    return { config: broken.length === 0 ? normalise(file, parsed.data) : undefined, mistakes: broken };
  }
  const rest = salvage(written.data, parsed.error.issues) as Salvaged<WrittenConfig>;
  const mistakes = [...mistakesOf(parsed.error.issues, written.data), ...brokenRules(rest)];
  return { config: undefined, mistakes };
}

function dataOf(toData: () => unknown): { readonly data: unknown; readonly mistake?: Mistake } {
  try {
    const data = toData();
    if (data !== null && data !== undefined) return { data };
    const sentence = "is empty; `passerelle init` writes a first one";
    return { data, mistake: { path: [], sentence, part: "value" } };
  } catch (error) {
    const sentence = `has aliases that cannot be followed (${error instanceof Error ? error.message : String(error)})`;
    return { data: undefined, mistake: { path: [], sentence, part: "value" } };
  }
}

function yamlSentence(code: string, message: string): string {
  const sentence = message.split("\n")[0] ?? "";
  if (code === "DUPLICATE_KEY") return "YAML: this key stands here twice; keep one of them";
  if (code === "TAB_AS_INDENT") return "YAML: a tab cannot indent; use spaces";
  return `YAML: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

function shownPath(path: KeyPath): string {
  if (path.length === 0) return "passerelle.yml";
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
}

function invalid(file: string, found: readonly Found[]): PasserelleError {
  const ordered = found.toSorted(
    (left, right) => left.position.line - right.position.line || left.position.column - right.position.column,
  );
  const mistakes = ordered.map(({ position, said }) => `${position.line}:${position.column} ${said}`);
  return new PasserelleError("config-invalid", { file, mistakes: [...new Set(mistakes)] });
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new PasserelleError("config-missing", { file }, { cause });
    const reasons: Readonly<Record<string, string>> = {
      EACCES: "may not be read by this user",
      EISDIR: "is a directory; name the file in it",
    };
    const sentence = reasons[code] ?? `cannot be read (${code})`;
    throw new PasserelleError(
      "config-invalid",
      { file, mistakes: [`1:1 passerelle.yml: ${sentence}`] },
      { cause },
    );
  }
  const unreadable = (sentence: string) =>
    new PasserelleError("config-invalid", { file, mistakes: [`1:1 passerelle.yml: ${sentence}`] });
  if (bytes.length > mostBytes) throw unreadable("is larger than 1 MiB");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable("is not UTF-8; save it in that encoding");
  }
}
