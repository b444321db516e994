// Takes content from PREPROD's host to PROD's when they are two, and goes on after a break where it was.

import { setTimeout as sleep } from "node:timers/promises";
import { isFailure, PasserelleError } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import type { Transport } from "../transport/transport.ts";
import { arrived, type Begun } from "./arrived.ts";
import type { Carried, End, Source } from "./carry.ts";
import { pathList, type Report, readReport, recordList, undotted } from "./lists.ts";
import type { Change } from "./plan.ts";
import { createRoutes, type Routes, type Transfer } from "./routes.ts";
import { placedOf, type StageNeeds } from "./stage-lists.ts";
import type { Prod } from "./swap.ts";
import {
  appendScript,
  haltScript,
  hashStartsScript,
  prepareScript,
  receiveScript,
  sendRestScript,
  sendScript,
} from "./transfer-script.ts";

export type Sending = {
  readonly prod: Prod;
  readonly preprod: { readonly transport: Transport; readonly root: string };
  readonly id: string;
  readonly changes: readonly Change[];
  readonly rewritten: ReadonlyMap<string, Uint8Array>;
  readonly needs: StageNeeds;
  readonly timeoutSeconds: number;
  readonly transfer?: Transfer | undefined;
  readonly onStaged?: ((bytes: number) => void) | undefined;
  readonly shouldStop?: (() => boolean) | undefined;
  /** How long nothing may arrive before it is given up. */
  readonly patienceSeconds?: number | undefined;
};

/**
 * Undefined when everything that could be read has arrived, the report when there was no room for it. What is missing or wrong
 * is found by the check that follows in any case. May be called again after any death of it, by another process too: what
 * arrived is kept. Throws `host-lost` when the hosts were out of reach for too long, `no-direct-transfer`.
 */
export async function sendToProd(sending: Sending): Promise<Report | "stopped" | undefined> {
  const { prod, id, shouldStop, patienceSeconds = 600 } = sending;
  let stopping = false;
  const halt = (): void => {
    if (stopping || shouldStop?.() !== true) return;
    stopping = true;
    prod.transport.run(haltScript, { args: [prod.stateDir, id], timeoutSeconds: 60 }).catch(() => {});
  };
  const watch = setInterval(halt, 500);
  const routes = createRoutes(sending);
  let most = -1;
  let giveUpAt = performance.now() + patienceSeconds * 1000;
  try {
    for (let waitSeconds = 0.2; ; waitSeconds = Math.min(5, waitSeconds * 2)) {
      let furtherOn = false;
      const tried = await attempt(sending, routes, (bytes) => {
        furtherOn = bytes > most;
        most = Math.max(most, bytes);
      }).catch(brokenBy(prod.transport.host));
      if (stopping || shouldStop?.() === true) return "stopped";
      if (tried.outcome !== "broken") return tried.report;
      routes.broke();
      if (furtherOn) {
        waitSeconds = 0.2;
        giveUpAt = performance.now() + patienceSeconds * 1000;
      }
      if (performance.now() + waitSeconds * 1000 > giveUpAt) {
        const { host, reason } = tried;
        throw new PasserelleError("host-lost", { host, what: "sending content", reason });
      }
      await sleep(waitSeconds * 1000);
    }
  } finally {
    clearInterval(watch);
  }
}

type Broken = Extract<Carried, { outcome: "broken" }>;
type Tried =
  | { readonly outcome: "arrived"; readonly report?: undefined }
  | { readonly outcome: "no-room"; readonly report: Report }
  | Broken;

function brokenBy(host: string): (error: unknown) => Broken {
  return (error) => {
    if (!isFailure(error, "host-lost", "host-unreachable", "command-timeout")) throw error;
    const told = (error as PasserelleError).details;
    return { outcome: "broken", host: String(told["host"] ?? host), reason: String(told["reason"] ?? "") };
  };
}

/** Sends what is not there yet. `onArrived` hears how much was there. */
async function attempt(sending: Sending, routes: Routes, onArrived: (bytes: number) => void): Promise<Tried> {
  const { prod, preprod, id, needs, onStaged } = sending;
  const placed = placedOf(sending.changes).filter(({ path }) => !sending.rewritten.has(path));
  const prepared = await ask(prod.transport, prepareScript, {
    args: [prod.stateDir, id, String(needs.bytes), String(needs.inodes)],
    input: pathList(new Set(placed.map(({ path, from = path }) => from))),
  });
  if (prepared.outcome === "staged" || placed.length === 0) return { outcome: "arrived" };
  if (prepared.outcome === "no-room") return { outcome: "no-room", report: prepared };
  const { whole, begun, bytes: complete } = arrived(placed, prepared);
  const { alike, otherwise } = await compareStarts(preprod, begun);
  let bytes = alike.reduce((sum, { have }) => sum + have, complete);
  onArrived(bytes);
  const { route, told } = await routes.choose(prepared.all("content").at(-1) ?? "");
  const carry = async (source: Source, sink: End): Promise<Tried> =>
    triedBy(
      await route.carry(source, sink, (more) => {
        bytes += more;
        onStaged?.(bytes);
      }),
      prod.transport.host,
    );
  try {
    for (const { path, have, size, time } of alike) {
      const tried = await carry(
        { script: sendRestScript, args: [preprod.root, path, String(have + 1)] },
        { script: appendScript, args: [prod.stateDir, id, path, String(have), String(size), time] },
      );
      if (tried.outcome !== "arrived") return tried;
    }
    const list = [...whole, ...otherwise];
    if (list.length === 0) return { outcome: "arrived" };
    return await carry(
      { script: sendScript, args: [preprod.root], input: pathList(list) },
      { script: receiveScript, args: [prod.stateDir, id] },
    );
  } finally {
    await told?.end();
  }
}

/** Which of the files that have begun to arrive begin on PREPROD as they do on PROD. */
async function compareStarts(
  { transport, root }: Sending["preprod"],
  begun: readonly Begun[],
): Promise<{ readonly alike: readonly Begun[]; readonly otherwise: readonly string[] }> {
  if (begun.length === 0) return { alike: [], otherwise: [] };
  const { stdout } = await capture(transport, hashStartsScript, {
    what: "comparing what has arrived",
    args: [root],
    input: recordList(begun.flatMap(({ path, have }) => [path, String(have)])),
    timeoutSeconds: 3600,
    maxBytes: maxReport,
  });
  const hashes = decodeBytes(stdout).split("\n");
  const isAlike = (file: Begun, index: number): boolean => hashes[index]?.slice(0, 64) === file.startSha256;
  return {
    alike: begun.filter(isAlike),
    otherwise: begun.filter((file, index) => !isAlike(file, index)).map(({ path }) => undotted(path)),
  };
}

// A record for each of very many files.
const maxReport = 256 * 1024 * 1024;

async function ask(
  transport: Transport,
  script: string,
  options: { readonly args: readonly string[]; readonly input: Uint8Array },
): Promise<Report> {
  const what = "looking at what has arrived";
  const { stdout, stderr } = await capture(transport, script, {
    ...options,
    what,
    timeoutSeconds: 3600,
    maxBytes: maxReport,
  });
  return readReport(stdout, stderr);
}

function triedBy(carried: Carried, host: string): Tried {
  if (carried.outcome === "broken") return carried;
  if (carried.outcome === "failed") {
    const { code, stderr } = carried;
    throw new PasserelleError("command-failed", { host, what: "receiving content", code, stderr });
  }
  const { report } = carried;
  if (report.outcome === "no-room") return { outcome: "no-room", report };
  // Ended by somebody who took over: what is there is looked at again.
  if (report.number("code") === 137) return { outcome: "broken", host, reason: "it was ended there" };
  return { outcome: "arrived" };
}
