// Who holds a target, and that the number of a claim only ever grows.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TemporaryTarget, temporaryTarget } from "../../test/state-dir.ts";
import { claim, readClaim, release } from "./claim.ts";
import { createJobRunner } from "./job-runner.ts";
import { openLocal } from "./local.ts";

const transport = openLocal();
let target: TemporaryTarget;

beforeEach(async () => {
  target = await temporaryTarget();
});
afterEach(() => target.remove());

const claimAs = (owner: string, more: { holder?: string; force?: boolean } = {}) =>
  claim(transport, target.stateDir, { owner, holder: `${owner}'s bot`, ...more });

test("the first claim gets the target, another owner is told who has it", async () => {
  const before = Date.now() - 2000;
  expect(await claimAs("pr_1", { holder: "ana on <host>\nsecond line" })).toEqual({
    outcome: "claimed",
    token: 1,
  });
  const held = await claimAs("pr_2");
  expect(held).toMatchObject({ outcome: "held", owner: "pr_1", holder: "ana on <host> second line" });
  const found = await readClaim(transport, target.stateDir);
  expect(found).toMatchObject({ owner: "pr_1", token: 1 });
  expect(found?.since.getTime()).toBeGreaterThan(before);
});

test("the same owner claims again and fences off who worked with the older token", async () => {
  expect(await claimAs("pr_1")).toEqual({ outcome: "claimed", token: 1 });
  expect(await claimAs("pr_1")).toEqual({ outcome: "claimed", token: 2 });
  const options = { transport, stateDir: target.stateDir, owner: "pr_1", pollSeconds: 0.3 };
  const spec = { id: "step", script: "echo fine", timeoutSeconds: 30, lock: "exclusive" } as const;
  expect((await createJobRunner({ ...options, token: 1 })(spec)).outcome).toBe("fenced");
  expect((await createJobRunner({ ...options, token: 2 })(spec)).outcome).toBe("exited");
});

test("releasing is for the owner with the newest token, and doing it twice is once", async () => {
  await claimAs("pr_1");
  await claimAs("pr_1");
  const releaseAs = (owner: string, token: number): Promise<boolean> =>
    release(transport, target.stateDir, { owner, token });
  expect(await releaseAs("pr_2", 2)).toBe(false);
  expect(await releaseAs("pr_1", 1)).toBe(false);
  expect((await readClaim(transport, target.stateDir))?.token).toBe(2);
  expect(await releaseAs("pr_1", 2)).toBe(true);
  expect(await releaseAs("pr_1", 2)).toBe(false);
  expect(await readClaim(transport, target.stateDir)).toBeUndefined();
  expect(await claimAs("pr_2")).toEqual({ outcome: "claimed", token: 3 });
});

test("force takes the target from its owner", async () => {
  await claimAs("pr_1");
  expect(await claimAs("pr_2", { force: true })).toEqual({ outcome: "claimed", token: 2 });
  expect(await release(transport, target.stateDir, { owner: "pr_1", token: 1 })).toBe(false);
  expect((await readClaim(transport, target.stateDir))?.owner).toBe("pr_2");
});

test("of many at once one gets it, and no token is given twice", async () => {
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, index) => claimAs(`pr_${index}`)));
  expect(outcomes.filter(({ outcome }) => outcome === "claimed").length).toBe(1);
  const again = await Promise.all(Array.from({ length: 8 }, () => claimAs("pr_x", { force: true })));
  const tokens = again.flatMap((claimed) => (claimed.outcome === "claimed" ? [claimed.token] : []));
  expect([...tokens].sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a token never falls back, even if its file is lost while the target is claimed", async () => {
  writeFileSync(join(target.stateDir, "token"), "41\n");
  expect(await claimAs("pr_1")).toEqual({ outcome: "claimed", token: 42 });
  writeFileSync(join(target.stateDir, "token"), "3\n");
  expect(await claimAs("pr_1")).toEqual({ outcome: "claimed", token: 43 });
});

test.each([
  ["token", "rubbish\n"],
  ["token", ""],
  ["claim", "pr_1\n"],
])("a damaged %s file (%j) is a failure, not a free target", async (file, text) => {
  await claimAs("pr_1");
  writeFileSync(join(target.stateDir, file), text);
  await expect(claimAs("pr_2")).rejects.toMatchObject({ code: "state-dir-unusable" });
});

test("files are replaced whole and are nobody else's business", async () => {
  await claimAs("pr_1");
  expect(readFileSync(join(target.stateDir, "token"), "utf8")).toBe("1\n");
  expect(existsSync(join(target.stateDir, "claim.tmp"))).toBe(false);
  for (const file of ["token", "claim"]) expect(statSync(join(target.stateDir, file)).mode & 0o077).toBe(0);
});
