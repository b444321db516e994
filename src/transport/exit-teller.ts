// Takes the line with which a told shell ends its output off a stream, and reads the exit code in it.

import { type Readable, Transform } from "node:stream";

export type ExitTeller = {
  readonly stream: Readable;
  /** Known once the stream has ended. */
  readonly told: () => number | undefined;
};

const ending = /passerelle-exit:(\d{1,3}):\n$/;
const start = "passerelle-exit:";
const longest = "passerelle-exit:255:\n".length;
const p = start.charCodeAt(0);

export function exitTeller(from: Readable): ExitTeller {
  let held = Buffer.alloc(0);
  let told: number | undefined;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const all = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const give = all.length - mayBeEnding(all);
      held = Buffer.from(all.subarray(give));
      done(null, give === 0 ? undefined : all.subarray(0, give));
    },
    flush(done) {
      const match = ending.exec(held.toString("latin1"));
      if (match !== null) {
        told = Number(match[1]);
        held = held.subarray(0, held.length - match[0].length);
      }
      done(null, held.length === 0 ? undefined : held);
    },
  });
  from.on("error", () => stream.end());
  from.pipe(stream);
  return { stream, told: () => told };
}

/** How many of the last bytes may be the line, or its beginning. */
function mayBeEnding(bytes: Buffer): number {
  const tail = bytes.subarray(-longest).toString("latin1");
  for (let at = 0; at < tail.length; at += 1) {
    if (tail.charCodeAt(at) !== p) continue;
    const rest = tail.slice(at);
    const fits = rest.length <= start.length ? start.startsWith(rest) : rest.startsWith(start);
    if (fits && /^\d{0,3}(:\n?)?$/.test(rest.slice(start.length))) return rest.length;
  }
  return 0;
}
