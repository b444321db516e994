// Checks of a plan that need PROD's host: whether each path can be replaced there, and whether there is room.

import type { Finding } from "../checks/check.ts";
import { checkResult, levelOf } from "../checks/run-checks.ts";
import type { AppConfig } from "../config/config.ts";
import type { Side } from "../tree/compare.ts";
import type { Change, CheckResult } from "../tree/plan.ts";
import { type Obstacle, probeReplaceable } from "../tree/probe.ts";

const obstacles: Readonly<Record<Obstacle, string>> = {
  "directory-not-writable": "its directory cannot be written by the deploy user",
  "directory-not-ours": "the directory belongs to somebody else and has to change itself",
  owner: "it belongs to somebody else, and the kernel does not let the deploy user keep or replace it",
  immutable: "it is marked immutable (chattr -i takes that off)",
  "mount-point": "something is mounted there",
  "parent-is-a-link": "a directory above it is a symbolic link",
};

/** Blocking unless the configuration says otherwise: a swap that must fail is not worth an approval. */
export async function probePlan(
  app: AppConfig,
  prod: Side,
  changes: readonly Change[],
): Promise<readonly CheckResult[]> {
  if (changes.length === 0) return [];
  const [replaceable, space] = [
    { id: "replaceable", level: levelOf(app, { id: "replaceable", level: "block" }) },
    { id: "disk-space", level: levelOf(app, { id: "disk-space", level: "block" }) },
  ] as const;
  if (replaceable.level === "off" && space.level === "off") return [];
  const probed = await probeReplaceable({ transport: prod.transport, prod: { root: prod.root }, changes });
  const results: CheckResult[] = [];
  if (replaceable.level !== "off") {
    const findings = probed.obstacles.map(({ path, reason }): Finding => {
      return { code: "obstacle", path, line: 0, facts: { reason }, message: `${path}: ${obstacles[reason]}` };
    });
    const message =
      findings.length === 0
        ? "Every path can be replaced."
        : `${findings.length === 1 ? "A path" : `${findings.length} paths`} of PROD cannot be replaced: ${findings[0]?.message ?? ""}. Mend that on ${prod.transport.host}, then make a new plan.`;
    results.push(checkResult(replaceable.id, replaceable.level, message, findings));
  }
  if (space.level !== "off") {
    const { bytesNeeded, bytesFree, inodesNeeded, inodesFree } = probed.room;
    const short = bytesNeeded > bytesFree || inodesNeeded > inodesFree;
    const facts = { bytesNeeded, bytesFree, inodesNeeded, inodesFree };
    const message = short
      ? `PROD's file system is short of room: ${bytesNeeded} bytes and ${inodesNeeded} files are to be staged, ${bytesFree} bytes and ${inodesFree} files are free. Free some, then make a new plan.`
      : "There is room for what is staged.";
    const findings = short ? [{ code: "disk-space", path: "", line: 0, facts, message }] : [];
    results.push(checkResult(space.id, space.level, message, findings));
  }
  return results;
}
