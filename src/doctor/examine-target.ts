// An app's PREPROD and PROD as they lie on their hosts, and what promotions have left beside PROD.

import { type ListedPoint, listRestorePoints } from "../backup/list-restore-points.ts";
import type { AppConfig, HostConfig } from "../config/config.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import { restartReadiness } from "../restart/restart.ts";
import { capture } from "../transport/capture.ts";
import { type Claim, readClaim } from "../transport/claim.ts";
import { inspectStateDir } from "../transport/state-dir.ts";
import type { Transport } from "../transport/transport.ts";
import { type Report, readReport } from "../tree/lists.ts";
import { sidesOverlap } from "../tree/overlap.ts";
import { compileRules } from "../tree/rules.ts";
import { openScan, type ScanFacts } from "../tree/scan.ts";
import { scopeOf } from "../tree/scan-script.ts";
import { type Finding, failed, ok, wrong } from "./finding.ts";
import { targetScript } from "./target-script.ts";
import { claimVerdict, type Past, placeVerdict, restorePointsVerdict } from "./target-verdict.ts";

/** What is told of a host itself is not told again for each app on it. */
const toldOfHost =
  /^(host-unreachable|host-key-\w+|host-auth-failed|host-no-shell|host-algorithms|tool-missing)$/;

export type TargetExamination = {
  readonly host: string | undefined;
  readonly findings: Promise<readonly Finding[]>;
};

/** With several PROD hosts each of them has an examination of its own. */
export function examineTarget(
  app: AppConfig,
  transportFor: (host: HostConfig) => Transport,
  past: Promise<Past>,
): readonly TargetExamination[] {
  const sides = (async () => examineSides(app, transportFor))();
  const [only, ...others] = app.prod.hosts.map((host) => ({
    host: host.name,
    findings: (async () => examineProd(app, transportFor(host), past))(),
  }));
  if (only === undefined || others.length > 0) {
    const all = [...(only === undefined ? [] : [only]), ...others];
    return [
      { host: undefined, findings: sides.then(withoutToldTwice) },
      ...all.map(({ host, findings }) => ({ host, findings: findings.then(withoutToldTwice) })),
    ];
  }
  const both = Promise.all([sides, only.findings]).then((found) => withoutToldTwice(found.flat()));
  return [{ host: undefined, findings: both }];
}

function withoutToldTwice(all: readonly Finding[]): readonly Finding[] {
  const known = all.filter(({ code }) => toldOfHost.test(code));
  const hosts = [...new Set(known.map(({ facts }) => String(facts["host"] ?? "")))];
  return [
    ...hosts.map((host) => wrong("host-not-ready", { host })),
    ...all.filter((finding) => !known.includes(finding)),
  ];
}

async function examineSides(
  app: AppConfig,
  transportFor: (host: HostConfig) => Transport,
): Promise<readonly Finding[]> {
  const preprod = app.preprod.hosts.map(transportFor)[0];
  const prods = app.prod.hosts.map(transportFor);
  const rules = compileRules(app, []);
  const look = (transport: Transport, side: "preprod" | "prod") =>
    told(async () => {
      const scope = scopeOf(rules, side);
      const { root } = app[side];
      const scan = await openScan(transport, root, { scope, askDigest: true, timeoutSeconds: 60 });
      await scan.dismiss();
      return scan;
    });
  const [wanted, ...current] = await Promise.all([
    ...(preprod === undefined ? [] : [look(preprod, "preprod")]),
    ...prods.map((transport) => look(transport, "prod")),
  ]);
  const sides = [wanted, ...current].flatMap((side, index) =>
    side === undefined ? [] : [sideFinding(side, index === 0 ? "PREPROD" : "PROD")],
  );
  return [...sides, ...apart(wanted, current), ...alike(app, current)];
}

type Looked = ScanFacts | { readonly failure: PasserelleError };

function sideFinding(side: Looked, name: "PREPROD" | "PROD"): Finding {
  if ("failure" in side) return failed(side.failure);
  return ok("side-readable", { side: name, path: side.root, host: side.host });
}

/** A host without the tools for it does not tell where a side is. */
function isPlaced(side: Looked | undefined): side is ScanFacts {
  return side !== undefined && !("failure" in side) && side.lineage[0] !== "";
}

function apart(preprod: Looked | undefined, prods: readonly Looked[]): readonly Finding[] {
  if (!isPlaced(preprod)) return [];
  const seen = prods.flatMap((prod) => (isPlaced(prod) ? [sidesOverlap(preprod, prod)] : []));
  const overlaps = seen.filter((overlap) => overlap !== undefined);
  if (overlaps.length > 0) return overlaps.map(failed);
  return seen.length === 0 ? [] : [ok("sides-apart")];
}

/** Two host names that lead to one PROD. */
function alike(app: AppConfig, prods: readonly Looked[]): readonly Finding[] {
  const placed = prods.filter(isPlaced);
  return placed.flatMap((prod, index) => {
    const other = placed
      .slice(0, index)
      .find(({ bootId, lineage }) => bootId === prod.bootId && lineage[0] === prod.lineage[0]);
    if (other === undefined || prod.bootId === "") return [];
    const details = { app: app.name, host: prod.host, other: other.host, root: app.prod.root };
    return [failed(new PasserelleError("hosts-overlap", details))];
  });
}

async function examineProd(
  app: AppConfig,
  transport: Transport,
  past: Promise<Past>,
): Promise<readonly Finding[]> {
  const { host } = transport;
  const state = await told(() => inspectStateDir(transport, app.prod.root, app.name));
  if ("failure" in state && toldOfHost.test(state.failure.code)) return [failed(state.failure)];
  const hasState = "failure" in state ? undefined : state.isThere ? state.stateDir : undefined;
  const [place, readiness, claim, points, known] = await Promise.all([
    told(() => lookAt(transport, app, hasState)),
    told(() => restartReadiness(transport, app.restart)),
    hasState === undefined ? undefined : told(async () => ({ held: await readClaim(transport, hasState) })),
    hasState === undefined
      ? undefined
      : told(async () => ({ listed: await listRestorePoints({ transport, stateDir: hasState }) })),
    past,
  ]);
  return [
    ...stateFinding(state, host),
    ...("failure" in place ? failedUnlessMissing(place.failure) : placeVerdict(app, host, place, known)),
    ...(claim === undefined ? [] : claimFinding(app, claim, known)),
    ...(points === undefined ? noPointsFinding(state) : pointsFinding(app, points, known)),
    ...readinessFinding(app, readiness),
  ];
}

async function lookAt(transport: Transport, app: AppConfig, stateDir: string | undefined): Promise<Report> {
  const { stdout, stderr } = await capture(transport, targetScript, {
    what: `looking at ${app.prod.root}`,
    args: [app.prod.root, stateDir ?? ""],
    timeoutSeconds: 75,
    maxBytes: 4 * 1024 * 1024,
  });
  return readReport(stdout, stderr);
}

function stateFinding(
  state: { readonly stateDir: string; readonly isThere: boolean } | { readonly failure: PasserelleError },
  host: string,
): readonly Finding[] {
  // A root that is not there is told where the sides are looked at.
  if ("failure" in state) return state.failure.code === "side-missing" ? [] : [failed(state.failure)];
  return [ok(state.isThere ? "state-dir-ready" : "state-dir-new", { path: state.stateDir, host })];
}

function failedUnlessMissing(failure: PasserelleError): readonly Finding[] {
  return isFailure(failure, "command-failed") && failure.details["code"] === 66 ? [] : [failed(failure)];
}

function claimFinding(
  app: AppConfig,
  claim: { readonly held: Claim | undefined } | { readonly failure: PasserelleError },
  past: Past,
): readonly Finding[] {
  return ["failure" in claim ? failed(claim.failure) : claimVerdict(app.name, claim.held, past)];
}

function noPointsFinding(state: object): readonly Finding[] {
  return "failure" in state ? [] : [ok("restore-points-none")];
}

function pointsFinding(
  app: AppConfig,
  points: { readonly listed: readonly ListedPoint[] } | { readonly failure: PasserelleError },
  past: Past,
): readonly Finding[] {
  return ["failure" in points ? failed(points.failure) : restorePointsVerdict(app.name, points.listed, past)];
}

function readinessFinding(
  { restart }: AppConfig,
  readiness: Awaited<ReturnType<typeof restartReadiness>> | { readonly failure: PasserelleError },
): readonly Finding[] {
  if ("failure" in readiness) return [failed(readiness.failure)];
  if (readiness.outcome === "not-ready")
    return [wrong("restart-not-ready", { ...readiness.details, why: readiness.code })];
  const what =
    restart.kind === "compose" ? restart.file : restart.kind === "systemd" ? restart.unit : restart.kind;
  return readiness.outcome === "ready" ? [ok("restart-ready", { what })] : [];
}

/** A failure for a person becomes a finding; anything else is our bug. */
async function told<Value>(
  work: () => Promise<Value>,
): Promise<Value | { readonly failure: PasserelleError }> {
  try {
    return await work();
  } catch (error) {
    if (isFailure(error)) return { failure: error };
    throw error;
  }
}
