// What goes over the wire to run a script on a machine: one constant command line, everything else on standard input.

import { randomBytes } from "node:crypto";
import { encodeBytes } from "./bytes.ts";
import { quote } from "./shell.ts";

// Reads two lines (a mark, a length), then that many bytes of script and not one more: what follows is the script's own
// input. A link that breaks half-way leaves a script without the mark at its end, which is never run. There is no single
// quote, backslash, exclamation mark or line break in here, so that every login shell passes it on as it is.
const bootstrapLines = [
  "LC_ALL=C",
  "export LC_ALL",
  "umask 077",
  "unset CDPATH ENV BASH_ENV TAR_OPTIONS",
  "PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "export PATH",
  "IFS= read -r mark || exit 97",
  "IFS= read -r size || exit 97",
  // One byte at a time where dd does not know the flag: it has read nothing yet when it says so.
  'body=$(dd bs="$size" count=1 iflag=fullblock 2>/dev/null || dd bs=1 count="$size" 2>/dev/null)',
  'case $body in *"$mark:end") ;; *) exit 97;; esac',
  'echo "$mark:begin"',
  'echo "$mark:begin" >&2',
  'set -- "$body"',
  "unset mark size body",
];
const bootstrapScript = [...bootstrapLines, 'eval "$1"'].join("; ");

// The script is in a subshell, so that whatever way it ends but by a signal its code is told; "$$" is still the shell above.
const tellingScript = [
  ...bootstrapLines,
  '(eval "$1")',
  "set -- $?",
  'echo "passerelle-exit:$1:"',
  'echo "passerelle-exit:$1:" >&2',
  "exit $1",
].join("; ");

/** For `/bin/sh` started by ourselves. */
export const bootstrapArguments: readonly string[] = ["-c", bootstrapScript];

/** For whatever shell the login has: sh, bash, dash, zsh, fish, csh. */
export const bootstrapCommand = `exec /bin/sh -c ${quote(bootstrapScript)}`;

/**
 * For a client that does not pass on all that is to be known: a line comes first as a sign of life, and the exit code is the last
 * line of both outputs. The outer shell makes an exit code of a signal.
 */
export const tellingBootstrapCommand = [
  "exec /bin/sh -c",
  quote('echo ready; /bin/sh -c "$0"; exit $?'),
  quote(tellingScript),
].join(" ");

export type RunRequest = {
  /** Sent first on standard input. */
  readonly preamble: Buffer;
  /** Everything up to and with this, on stdout and on stderr, is talk of the login shell. */
  readonly begin: Buffer;
};

export function runRequest(script: string, args: readonly string[]): RunRequest {
  const mark = `passerelle-${randomBytes(16).toString("hex")}`;
  const text = encodeBytes(`${withArguments(script, args)}\n#${mark}:end`);
  if (text.includes(0)) throw new TypeError("a NUL byte cannot be part of a script");
  return {
    preamble: Buffer.concat([Buffer.from(`${mark}\n${text.length}\n`), text]),
    begin: Buffer.from(`${mark}:begin\n`),
  };
}

/** The script with its `$1`, `$2`, … set in its own text, so that they never are arguments of a process. */
export function withArguments(script: string, args: readonly string[]): string {
  return `set -- ${args.map(quote).join(" ")}\n${script}`;
}

/** Passes on what comes after the begin mark. */
export type NoiseFilter = {
  readonly push: (chunk: Buffer) => Buffer;
  readonly began: () => boolean;
  /** The talk before the mark: its last part, for people. */
  readonly noise: () => Buffer;
};

const noiseKept = 4096;

export function noiseFilter(begin: Buffer): NoiseFilter {
  let began = false;
  let noise = Buffer.alloc(0);
  return {
    push(chunk) {
      if (began) return chunk;
      noise = Buffer.concat([noise, chunk]);
      const at = noise.indexOf(begin);
      if (at >= 0) {
        began = true;
        const rest = noise.subarray(at + begin.length);
        noise = noise.subarray(0, at);
        return rest;
      }
      noise = noise.subarray(Math.max(0, noise.length - noiseKept));
      return Buffer.alloc(0);
    },
    began: () => began,
    noise: () => noise,
  };
}
