// What is said when somebody changed PROD by hand: what, since when, and the buttons that bring it back or show the plan.

import type { Button, KnownBlock } from "@slack/types";
import type { FoundDrift } from "../../promotion/found-drift.ts";
import { overwrittenDrift } from "../../tree/drift.ts";
import type { Drift, Plan } from "../../tree/plan.ts";
import { actions, button, context, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

/** What the watch found, told to the channel once. */
export function driftMessage(voice: Voice, { app, drift, id }: FoundDrift): Message {
  const say = voice.texts.drift;
  const sentence = say.found(voice.safe(app, 80), drift.length);
  const rows = drift.slice(0, 10).map((one) => `• ${driftName(voice, one, 80)}`);
  const more = drift.length > rows.length ? [voice.texts.plan.more(drift.length - rows.length)] : [];
  const value = `app:${app}`;
  return message(`${sentence}.`, [
    section(`:warning: *${sentence}*`),
    section([say.foundSince(sinceOf(voice, drift)), ...rows, ...more].join("\n")),
    actions(`drift:${id}`.slice(0, 250), [
      button(say.show, { action: "plan.refresh", value, style: "primary" }),
      driftPatchButton(voice, value),
    ]),
    context(say.foundNext),
  ]);
}

/** In a plan: what it would overwrite first, then what it leaves alone. */
export function driftLines(
  voice: Voice,
  plan: Pick<Plan, "changes" | "drift">,
  list: (items: readonly string[]) => string,
  width: number,
): readonly string[] {
  const say = voice.texts.drift;
  const overwritten = overwrittenDrift(plan);
  const kept = plan.drift.filter((one) => !overwritten.includes(one));
  const line = (icon: string, found: readonly Drift[], words: typeof say.kept): readonly string[] =>
    found.length === 0
      ? []
      : [
          `${icon} ${words(found.length, sinceOf(voice, found))} ${list(found.map((one) => driftName(voice, one, width)))}`,
        ];
  return [...line(":rotating_light:", overwritten, say.overwritten), ...line(":warning:", kept, say.kept)];
}

/** `value`: a plan's id, or `app:<name>`. */
export function driftPatchButton({ texts }: Voice, value: string): Button {
  const { patch, patchLabel } = texts.drift;
  return button(patch, { action: "plan.drift_patch", value, label: patchLabel });
}

/** For an answer that is no plan's own message. */
export function driftActions(
  voice: Voice,
  { app, drift }: Pick<Plan, "app" | "drift">,
): readonly KnownBlock[] {
  return drift.length === 0 ? [] : [actions("drift", [driftPatchButton(voice, `app:${app}`)])];
}

function driftName(voice: Voice, { path, was, hosts = [] }: Drift, width: number): string {
  const how = [voice.texts.plan.driftWas[was], ...hosts.map((host) => voice.safe(host, 40))].join(", ");
  return `${voice.code(path, width)} (${how})`;
}

function sinceOf(voice: Voice, drift: readonly Drift[]): string {
  const [first] = drift.map(({ since }) => since).sort();
  return voice.when(first ?? "");
}
