// Runs an app's own checks in a copy of PROD as it would be, before anything is approved: laid out, run, taken away.

import type { AppConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import type { JobResult, RunJob } from "../transport/job.ts";
import { lastLines } from "../transport/plain-lines.ts";
import type { Transport } from "../transport/transport.ts";
import type { Change } from "../tree/plan.ts";
import { stage } from "../tree/stage.ts";
import type { Prod } from "../tree/swap.ts";
import { prelude } from "../tree/target-shell.ts";
import { layOut } from "./rehearse.ts";
import { killing, marker } from "./run-script.ts";
import type { RehearsalRequest } from "./watch-app.ts";

export type TriedCommand = { readonly name: string; readonly run: string; readonly timeoutSeconds: number };

export type Trial = {
  readonly name: string;
  /** The last lines of its output, capped, not yet masked. */
  readonly excerpt: readonly string[];
} & (
  | { readonly outcome: "passed" }
  | { readonly outcome: "failed"; readonly code: number }
  | { readonly outcome: "timeout" }
);

export type Trials =
  | { readonly outcome: "tried"; readonly trials: readonly Trial[] }
  | { readonly outcome: "moved"; readonly paths: readonly string[] }
  | { readonly outcome: "disk-full" };

export type TrialRequest = {
  readonly prod: Prod;
  readonly preprod: { readonly transport: Transport; readonly root: string };
  readonly app: RehearsalRequest["app"] & Pick<AppConfig, "transfer">;
  /** Ordered by path, with what each file is to be. */
  readonly changes: readonly Change[];
  readonly commands: readonly TriedCommand[];
};

const id = "trial";
const excerptLines = 20;

/**
 * Works in a directory of its own beside PROD, which nobody else can enter and which is gone when this returns; several plans
 * may do so at once. PROD is read only. Throws what staging throws, and `host-lost`.
 */
export async function tryCommands(request: TrialRequest): Promise<Trials> {
  const { transport, root, stateDir } = request.prod;
  const { stdout } = await capture(transport, makeScript, {
    what: "making a directory for checks",
    args: [stateDir],
    timeoutSeconds: 120,
  });
  const scratch = decodeBytes(stdout);
  // It is taken away afterwards, with all in it.
  if (!scratch.startsWith(`${stateDir}/checks/`)) throw new Error(`no directory for checks: ${scratch}`);
  try {
    return await tryIn({ ...request, prod: { transport, root, stateDir: scratch } });
  } finally {
    await capture(transport, endScript, {
      what: "clearing up after checks",
      args: [scratch, id],
      timeoutSeconds: 300,
    });
  }
}

async function tryIn({ prod, preprod, app, changes, commands }: TrialRequest): Promise<Trials> {
  const { transport } = prod;
  const runJob = runAtOnce(transport);
  const rewritten = new Map(
    changes.flatMap(({ path, rewritten: made }) =>
      made === undefined ? [] : [[path, Buffer.from(made.content, "base64")] as const],
    ),
  );
  const sameHost = preprod.transport === transport;
  const staged = await stage({
    ...{ runJob, prod, preprod, sameHost, id, changes, rewritten },
    ...(app.transfer !== undefined && { transfer: app.transfer }),
    // Somebody waits for the plan.
    patienceSeconds: 60,
  });
  if (staged.outcome === "mismatch") return { outcome: "moved", paths: staged.paths };
  if (staged.outcome !== "staged") return { outcome: "disk-full" };
  const laidOut = await layOut({ runJob, prod, id, app, changes, shouldStop: () => false }, `${id}-lay-out`);
  if (laidOut !== "laid-out") return { outcome: "disk-full" };
  const trials: Trial[] = [];
  for (const command of commands) trials.push(await tryOne(prod, command));
  return { outcome: "tried", trials };
}

async function tryOne({ transport, stateDir }: Prod, command: TriedCommand): Promise<Trial> {
  const { name, run, timeoutSeconds } = command;
  const result = await runAtOnce(transport)({
    id: `${id}-run`,
    script: tryScript,
    args: [stateDir, id, run, String(timeoutSeconds)],
    timeoutSeconds: timeoutSeconds + 60,
    lock: "shared",
  });
  if (result.outcome === "died")
    throw new PasserelleError("host-lost", { host: transport.host, what: name, reason: "it was cut off" });
  const excerpt = lastLines(result.stdout, excerptLines);
  if (result.outcome === "timeout" || /^timed-out$/m.test(result.stderr.toString("latin1")))
    return { name, excerpt, outcome: "timeout" };
  const code = result.outcome === "exited" ? result.code : -1;
  return code === 0 ? { name, excerpt, outcome: "passed" } : { name, excerpt, outcome: "failed", code };
}

/** Without the target's lock and without a claim: nothing here touches what these guard. */
function runAtOnce(transport: Transport): RunJob {
  return async ({ script, args = [], input, timeoutSeconds }): Promise<JobResult> => {
    const options = { args, timeoutSeconds, ...(input === undefined ? {} : { input }) };
    const result = await transport.run(script, options);
    if (result.outcome === "exited") return result;
    const { stdout, stderr } = result;
    const isLate = result.outcome === "lost" && result.reason === "timeout";
    return { stdout, stderr, outcome: isLate ? "timeout" : "died" };
  };
}

/** Argument: the state directory. A day later what a dead bot left is taken away too. */
const makeScript = `${prelude}
checks=$1/checks
mkdir -p -- "$checks" || fail "could not make $checks"
find -P "$checks" -mindepth 1 -maxdepth 1 -type d -mmin +1440 -exec rm -rf -- {} + 2>/dev/null
scratch=$(mktemp -d "$checks/XXXXXXXX") && mkdir -- "$scratch/staging" || fail "could not write below $checks"
printf '%s' "$scratch"
`;

/**
 * Arguments: the scratch, the id, the command, its seconds. What it leaves running is ended. The command reaches its shell by the
 * environment: arguments of processes can be read by others.
 */
const tryScript = `${prelude}${killing}
rehearsal=$1/staging/$2/rehearsal tried_command=$3 seconds=$4
exec </dev/null
cd -P -- "$rehearsal/tree" || fail "there is no $rehearsal/tree"
export tried_command
began=$(date +%s)
${marker}=$rehearsal timeout -k 5 "$seconds" /bin/sh -c '
  set -- "$tried_command"
  unset tried_command LC_ALL
  umask 022
  eval "shift; $1"' 2>&1
code=$?
[ "$code" -ne 124 ] && [ "$code" -ne 137 ] || [ $(($(date +%s) - began)) -lt "$seconds" ] || echo timed-out >&2
end_marked 20
exit "$code"
`;

/** Arguments: the scratch, the id. Safe to repeat. */
const endScript = `${prelude}${killing}
rehearsal=$1/staging/$2/rehearsal
[ -z "$(marked)" ] || end_marked 20
wipe "$1"
[ ! -e "$1" ] || fail "could not remove $1"
`;
