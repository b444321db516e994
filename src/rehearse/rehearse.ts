// Tries the new version out beside PROD, before any file of PROD is touched: started, asked, and ended whatever comes of it.

import { fromRoot } from "../backup/find-patterns.ts";
import { builtInIgnore } from "../config/defaults.ts";
import { isTaken } from "../health/ask-http.ts";
import { capture } from "../transport/capture.ts";
import { assertId, bundle, pathList, runToReport, type Sections } from "../tree/lists.ts";
import { parentsOf } from "../tree/parents.ts";
import type { Change } from "../tree/plan.ts";
import { layOutScript } from "./lay-out-script.ts";
import { endScript } from "./run-script.ts";
import { type RehearsalRequest, type Watched, watchApp } from "./watch-app.ts";

export type RehearsalResult =
  | Watched
  | { readonly outcome: "port-taken"; readonly reason: string }
  | { readonly outcome: "disk-full"; readonly bytesNeeded: number; readonly bytesFree: number };

/** What is staged under the id has to be there. Nothing is left of a rehearsal when this returns. */
export async function rehearse(request: RehearsalRequest): Promise<RehearsalResult> {
  const { prod, rehearse: config } = request;
  assertId(request.id);
  await endRehearsal(request);
  // Somebody else's answer would prove nothing.
  if (await isTaken(prod.transport, config.url)) return { outcome: "port-taken", reason: "" };
  const result = await layOutAndWatch(request).finally(() => endRehearsal(request));
  if (result.outcome === "healthy" && (await isTaken(prod.transport, config.url)))
    return { outcome: "port-taken", reason: "it still does after the rehearsed app was ended" };
  return result;
}

async function layOutAndWatch(request: RehearsalRequest): Promise<RehearsalResult> {
  const job = `${request.id}-rehearsal-${request.attempt}`;
  const laidOut = await layOut(request, `${job}-lay-out`);
  if (laidOut === "stopped") return { outcome: "stopped" };
  return laidOut === "laid-out" ? watchApp({ ...request, job: `${job}-run` }) : laidOut;
}

/** PROD as it would be, in the id's scratch: a copy of PROD, big data as links, what is staged over it. */
export async function layOut(
  {
    runJob,
    prod,
    id,
    app,
    changes,
    shouldStop,
  }: Pick<RehearsalRequest, "runJob" | "prod" | "id" | "app" | "changes" | "shouldStop">,
  job: string,
): Promise<"laid-out" | "stopped" | Extract<RehearsalResult, { readonly outcome: "disk-full" }>> {
  const builtIn: ReadonlySet<string> = new Set(builtInIgnore);
  const linked = [...fromRoot(app.backup.exclude), ...app.ignore.filter((pattern) => !builtIn.has(pattern))];
  const laidOut = await runToReport(
    runJob,
    {
      id: job,
      script: layOutScript(linked),
      args: [prod.root, prod.stateDir, id],
      input: bundle(layOutLists(changes)),
      timeoutSeconds: 1800,
      lock: "shared",
    },
    prod.transport.host,
    { shouldStop },
  );
  if (laidOut === "stopped") return "stopped";
  if (laidOut.outcome === "no-room") {
    const [bytesNeeded, bytesFree] = [laidOut.number("bytes-needed"), laidOut.number("bytes-free")];
    return { outcome: "disk-full", bytesNeeded, bytesFree };
  }
  if (laidOut.outcome !== "laid-out") throw new Error(`laying out reported ${laidOut.outcome}`);
  return "laid-out";
}

/** Sorted by bytes, as the target's own lists are. */
function layOutLists(changes: readonly Change[]): Sections {
  const sorted = (paths: Iterable<string>): Buffer => {
    const one = [...new Set(paths)].map((path) => pathList([path]));
    return Buffer.concat(one.sort((left, right) => Buffer.compare(left, right)));
  };
  const lists = new Map<string, Uint8Array>();
  const isDirectory = ({ after }: Change): boolean => after?.type === "directory";
  const news = changes.filter((change) => isDirectory(change));
  lists.set("ancestors", sorted(changes.flatMap(({ path }) => [...parentsOf(path)])));
  lists.set("changed", sorted(changes.filter((change) => !isDirectory(change)).map(({ path }) => path)));
  lists.set(
    "gone",
    sorted(
      changes
        .filter((change) => change.before?.type === "directory" && !isDirectory(change))
        .map(({ path }) => path),
    ),
  );
  for (const [mode, made] of Map.groupBy(news, ({ after }) =>
    after?.type === "directory" ? after.mode : 0o755,
  )) {
    lists.set(`new-${mode.toString(8).padStart(4, "0")}`, sorted(made.map(({ path }) => path)));
  }
  return lists;
}

/** Nothing of a rehearsal runs or is on disk any more, whoever began it. Safe to repeat, and when there never was one. */
export async function endRehearsal({
  prod,
  token,
  id,
}: Pick<RehearsalRequest, "prod" | "token" | "id">): Promise<void> {
  await capture(prod.transport, endScript, {
    what: "ending a rehearsal",
    args: [prod.stateDir, id, String(token)],
    timeoutSeconds: 60,
  });
}
