// What a target says about a job, read.

import { decodeBytes } from "./bytes.ts";
import { outputHalf } from "./job-scripts.ts";

/** `highestToken` is undefined where the token file cannot be read as a number: nothing may be started then. */
export type JobReport =
  | { readonly is: "absent" | "created" | "starting"; readonly highestToken: number | undefined }
  | { readonly is: "running"; readonly highestToken: number | undefined; readonly progress: Buffer }
  | { readonly is: "died"; readonly stdout: Buffer; readonly stderr: Buffer }
  | {
      readonly is: "ended";
      readonly code: number;
      readonly word: "exited" | "stopped" | "timeout";
      readonly stdout: Buffer;
      readonly stderr: Buffer;
    };

export function parseJobReport(bytes: Buffer): JobReport {
  const lineEnd = bytes.indexOf("\n");
  const [is, code, word, token, ...sizes] = bytes.subarray(0, lineEnd).toString("latin1").split(" ");
  const rest = bytes.subarray(lineEnd + 1);
  const highestToken = token !== undefined && /^\d{1,15}$/.test(token) ? Number(token) : undefined;
  switch (is) {
    case "absent":
      return { is, highestToken: 0 };
    case "created":
    case "starting":
      return { is, highestToken };
    case "running":
      return { is, highestToken, progress: rest };
    case "died":
    case "ended": {
      const [out, outTail, err, errTail] = split(rest, sizes.map(Number));
      const stdout = joined(out, outTail);
      const stderr = joined(err, errTail);
      if (is === "died") return { is, stdout, stderr };
      if ((word === "exited" || word === "stopped" || word === "timeout") && /^\d+$/.test(code ?? "")) {
        return { is, code: Number(code), word, stdout, stderr };
      }
    }
  }
  throw new Error(
    `a job's report that nobody wrote: ${JSON.stringify(bytes.subarray(0, 200).toString("latin1"))}`,
  );
}

const empty = Buffer.alloc(0);
const cut = "\n[output cut here]\n";

function split(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return bytes.subarray(at - size, at);
  });
}

function joined(head: Buffer = empty, tail: Buffer = empty): Buffer {
  return Buffer.concat([head, Buffer.from(tail.length >= outputHalf ? cut : ""), tail]);
}

export type WholeLines = {
  /** How many bytes have been taken. */
  readonly offset: () => number;
  readonly push: (bytes: Buffer) => void;
  /** Takes the whole output and gives out what of it has not been given yet, the last line even without its end. */
  readonly finish: (all: Buffer) => void;
};

export function wholeLines(onLine: (line: string) => void): WholeLines {
  let taken = 0;
  let open = empty;

  function push(bytes: Buffer): void {
    taken += bytes.length;
    open = Buffer.concat([open, bytes]);
    for (let end = open.indexOf("\n"); end >= 0; end = open.indexOf("\n")) {
      onLine(decodeBytes(open.subarray(0, end)));
      open = open.subarray(end + 1);
    }
  }

  return {
    offset: () => taken,
    push,
    finish(all) {
      push(all.subarray(taken));
      if (open.length > 0) onLine(decodeBytes(open));
      open = empty;
    },
  };
}
