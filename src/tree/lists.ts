// The NUL-separated lists that scripts on a target work through, and the reports that they give back.

import { PasserelleError } from "../errors.ts";
import { decodeBytes, encodeBytes } from "../transport/bytes.ts";
import type { JobHooks, JobResult, JobSpec, RunJob } from "../transport/job.ts";

/** Named lists, in the order in which the script's `unpack` finds them on its standard input. */
export type Sections = ReadonlyMap<string, Uint8Array>;

/** A path as every list writes it: never taken for an option, never beginning with a blank. */
export function dotted(path: string): string {
  return path === "" || path === "." ? "." : `./${path}`;
}

export function undotted(path: string): string {
  return path === "." ? "" : path.replace(/^\.\//, "");
}

export function pathList(paths: Iterable<string>): Buffer {
  return recordList(Array.from(paths, dotted));
}

export function recordList(records: readonly string[]): Buffer {
  return records.length === 0 ? Buffer.alloc(0) : encodeBytes(`${records.join("\0")}\0`);
}

export function readRecords(bytes: Uint8Array): string[] {
  const records = decodeBytes(bytes).split("\0");
  records.pop();
  return records;
}

/** The standard input of a script that calls `unpack`: names and sizes, an empty line, then the lists one after another. */
export function bundle(sections: Sections): Buffer {
  const header = Array.from(sections, ([name, bytes]) => `${name} ${bytes.length}\n`).join("");
  return Buffer.concat([Buffer.from(`${header}\n`), ...sections.values()]);
}

/** What a script said: `key value` records, several of one key allowed. */
export type Report = {
  readonly outcome: string;
  readonly all: (key: string) => readonly string[];
  readonly number: (key: string) => number;
  readonly stderr: string;
};

export function readReport(stdout: Uint8Array, stderr: Uint8Array): Report {
  const values = new Map<string, string[]>();
  for (const record of readRecords(stdout)) {
    const space = record.indexOf(" ");
    const key = space < 0 ? record : record.slice(0, space);
    const value = space < 0 ? "" : record.slice(space + 1);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return {
    outcome: values.get("outcome")?.at(-1) ?? "",
    all: (key) => values.get(key) ?? [],
    number: (key) => Number(values.get(key)?.at(-1) ?? Number.NaN),
    stderr: decodeBytes(stderr).trim().slice(-1000),
  };
}

const attempts = 3;

/**
 * Runs a job whose script may be run again after any death of it, until it ends. A job that died keeps its id for ever, so
 * each attempt has its own; whoever asks again later walks the same ids and finds the one that ended.
 * Throws `job-died`, `job-fenced`, `command-timeout`, or `command-failed` when the script gave no report.
 */
export async function runToReport(
  runJob: RunJob,
  spec: JobSpec,
  host: string,
  hooks: JobHooks = {},
): Promise<Report | "stopped"> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const id = attempt === 1 ? spec.id : `${spec.id}-${attempt}`;
    const result = await runJob({ ...spec, id }, hooks);
    if (result.outcome === "died") continue;
    if (result.outcome === "stopped") return "stopped";
    return reportOf(result, { ...spec, id }, host);
  }
  throw new PasserelleError("job-died", { host, job: spec.id, attempts });
}

function reportOf(result: JobResult, spec: JobSpec, host: string): Report {
  if (result.outcome === "fenced") throw new PasserelleError("job-fenced", { host, job: spec.id });
  if (result.outcome === "timeout") {
    throw new PasserelleError("command-timeout", { host, what: spec.id, seconds: spec.timeoutSeconds });
  }
  const report = readReport(result.stdout, result.stderr);
  if (result.outcome !== "exited" || result.code !== 0 || report.outcome === "") {
    const code = result.outcome === "exited" ? result.code : undefined;
    throw new PasserelleError("command-failed", { host, what: spec.id, code, stderr: report.stderr });
  }
  return report;
}

/** Whether a tool said that the file system, or a quota, has no room left. */
export function saysNoRoom(stderr: string): boolean {
  return /No space left on device|Disk quota exceeded|File too large/.test(stderr);
}

/** Ids become directory names on the target and parts of job ids. */
export function assertId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,100}$/.test(id)) throw new TypeError(`not an id: ${JSON.stringify(id)}`);
}
