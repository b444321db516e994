// What the people of a scene do over and over: ask for a plan, approve it, roll back through the dialog.

import { vi } from "vitest";
import type { Scene } from "../scene.ts";

/** Long enough for a loaded machine; what is waited for comes as soon as it comes. */
export const long = { timeoutSeconds: 300 };
/** For one test, in milliseconds. */
export const patience = 900_000;
export const planned = /PREPROD → PROD\?/;
/** Of a plan that deletes much it says so. */
export const approve = /^Approve/;
export const done = /is up to date and healthy/;
export const backHealthy = /PROD is back as it was, and healthy/;
export const rolledBack = /PROD of \w+ is back and healthy/;

/** Ana asks; resolves with the new plan as people read it. */
export async function propose(scene: Scene, app = "kitchen"): Promise<string> {
  const { workspace } = scene.playground;
  const newest = (): string =>
    workspace.messages("kitchen").findLast((message) => planned.test(workspace.read(message)))?.ts ?? "";
  const before = newest();
  const ana = scene.person("ana");
  await ana.types(`/promote diff ${app}`);
  await vi
    .waitUntil(() => newest() > before, { timeout: long.timeoutSeconds * 1000, interval: 20 })
    .catch(() => {
      throw new Error(`no new plan came; ana sees:\n${ana.screen()}`);
    });
  return ana.sees(planned);
}

/** Waits until the thread of the channel has told this ending, and long enough for it to be told twice; says how often. */
export async function endingsTold(scene: Scene, ending: RegExp): Promise<number> {
  const { workspace } = scene.playground;
  const told = (): number =>
    workspace
      .messages("kitchen")
      .filter(({ threadTs, ts, text }) => threadTs !== undefined && threadTs !== ts && ending.test(text))
      .length;
  await vi.waitUntil(() => told() > 0, { timeout: long.timeoutSeconds * 1000, interval: 50 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return told();
}

export async function promote(scene: Scene, app = "kitchen", ending: RegExp = done): Promise<string> {
  await propose(scene, app);
  const bo = scene.person("bo");
  await bo.presses(approve);
  return bo.sees(ending, long);
}

/** Bo opens the dialog and confirms it; `point` picks another restore point than the one that is offered. */
export async function rollBack(
  scene: Scene,
  { app = "kitchen", point, why = "it is broken" }: { app?: string; point?: RegExp; why?: string } = {},
): Promise<void> {
  const bo = scene.person("bo");
  await bo.types(`/promote rollback ${app}`);
  await bo.sees("Type PROD to confirm", long);
  await bo.fills({
    ...(point !== undefined && { "Restore point": point }),
    "Why?": why,
    "Type PROD to confirm": "PROD",
  });
  const sent = await bo.submits();
  if (!sent.ok) throw new Error(`the rollback was not taken: ${sent.error}\n${bo.screen()}`);
}
