// Reading what is in a side: one `find` on its host, whose listing comes over only when it is not the one we know.

import { createHash } from "node:crypto";
import { type FailureDetails, isFailure, PasserelleError } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import type { Transport } from "../transport/transport.ts";
import { type Listing, readListing } from "./listing.ts";
import { type ScanScope, scanScript } from "./scan-script.ts";

/** A side as its host says it is. */
export type ScannedSide = {
  readonly host: string;
  /** Absolute, links resolved. */
  readonly root: string;
  /** Of the machine since it was started; `""` where the host does not tell. */
  readonly bootId: string;
  /** `device:inode` of the root and then of each directory above it. */
  readonly lineage: readonly string[];
  /** The host's clock when the scan began, in seconds. */
  readonly startedAt: number;
  /** sha256 of the listing, which follows directory order: equal means equal, different may still be equal. */
  readonly digest: string;
  readonly listing: Listing;
};

export type ScanFacts = Omit<ScannedSide, "listing" | "digest">;

/** A scan that has run on its host; the listing is still there. One of the two verbs has to be called. */
export type OpenScan = ScanFacts & {
  /** Known only when it was asked for. */
  readonly digest: string | undefined;
  readonly fetch: () => Promise<ScannedSide>;
  readonly dismiss: () => Promise<void>;
};

export type ScanOptions = {
  readonly scope?: ScanScope;
  readonly timeoutSeconds?: number;
};

const attempts = 3;

/** Throws `side-missing`, `scan-failed`, `tool-missing` and what the transport throws. */
export async function scan(
  transport: Transport,
  root: string,
  options: ScanOptions = {},
): Promise<ScannedSide> {
  const opened = await openScan(transport, root, { ...options, askDigest: false });
  return opened.fetch();
}

/** With `askDigest` the host first tells only the listing's digest, and keeps the listing until the caller decides. */
export async function openScan(
  transport: Transport,
  root: string,
  options: ScanOptions & { readonly askDigest: boolean },
): Promise<OpenScan> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openOnce(transport, root, options);
    } catch (error) {
      // A directory that goes away between being listed and being read is no mistake of anyone's.
      const vanished = isFailure(error, "scan-failed") && error.details["vanished"] !== undefined;
      if (!vanished || attempt === attempts) throw error;
    }
  }
}

async function openOnce(
  transport: Transport,
  root: string,
  options: ScanOptions & { readonly askDigest: boolean },
): Promise<OpenScan> {
  const answer = Promise.withResolvers<Uint8Array>();
  const header = Promise.withResolvers<readonly string[]>();
  const reader = readListing();
  const hash = createHash("sha256");
  const takeHeader = headerReader(6, header.resolve);

  const running = capture(transport, scanScript(root, options.scope, options.askDigest), {
    what: `reading ${root}`,
    timeoutSeconds: options.timeoutSeconds ?? 900,
    input: answers(answer.promise),
    onStdout(chunk) {
      const rest = takeHeader(chunk);
      if (rest.length === 0) return;
      hash.update(rest);
      reader.push(rest);
    },
  }).catch((error: unknown) => {
    throw scanFailure(error, transport.host, root);
  });
  // An end without a header must not leave anyone waiting, nor the input's generator.
  running.then(
    () => header.reject(new Error("a scan that said nothing")),
    (error: unknown) => header.reject(error),
  );
  header.promise.catch(() => answer.resolve(new Uint8Array()));

  const [, physical = "", bootId = "", lineage = "", now = "", digest = ""] = await header.promise;
  const facts: ScanFacts = {
    host: transport.host,
    root: physical,
    bootId,
    lineage: lineage.split("\n"),
    startedAt: Number(now),
  };
  if (!options.askDigest) {
    // Nothing is asked, so a failure of `find` is known only at the end: it belongs to this attempt.
    answer.resolve(new Uint8Array());
    await running;
  }
  return {
    ...facts,
    digest: digest === "" ? undefined : digest,
    async fetch() {
      answer.resolve(Buffer.from("send\n"));
      await running;
      return { ...facts, digest: hash.copy().digest("hex"), listing: reader.end() };
    },
    async dismiss() {
      answer.resolve(Buffer.from("done\n"));
      await running;
    },
  };
}

async function* answers(answer: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await answer;
}

/** Takes the first `count` NUL-terminated texts of a stream, passes on the rest. */
function headerReader(
  count: number,
  done: (fields: readonly string[]) => void,
): (chunk: Uint8Array) => Uint8Array {
  let pending = Buffer.alloc(0);
  const fields: string[] = [];
  return (chunk) => {
    if (fields.length === count) return chunk;
    pending = Buffer.concat([pending, chunk]);
    for (let end = pending.indexOf(0); end !== -1 && fields.length < count; end = pending.indexOf(0)) {
      fields.push(decodeBytes(pending.subarray(0, end)));
      pending = pending.subarray(end + 1);
    }
    if (fields.length < count) return new Uint8Array();
    done(fields);
    return pending;
  };
}

function scanFailure(error: unknown, host: string, root: string): unknown {
  if (!isFailure(error, "command-failed")) return error;
  const stderr = String(error.details["stderr"] ?? "");
  const fail = (code: "side-missing" | "scan-failed" | "tool-missing", details: FailureDetails): unknown =>
    new PasserelleError(code, { host, ...details }, { cause: error });
  switch (error.details["code"]) {
    case 66:
      return fail("side-missing", { path: root });
    case 67:
      return fail("scan-failed", { path: root, reason: "the directory cannot be entered" });
    case 69:
      return fail("tool-missing", { tool: "find with -printf (GNU findutils)" });
    default: {
      const [, below = "", reason = ""] = /^find: [‘'"]?\.\/(.*?)[’'"]?: ([^:\n]*)$/m.exec(stderr) ?? [];
      const vanished = /No such file or directory/.test(stderr) ? { vanished: 1 } : {};
      return fail("scan-failed", {
        path: below === "" ? root : `${root}/${below}`,
        reason: reason === "" ? stderr.slice(0, 300) : reason,
        ...vanished,
      });
    }
  }
}
