// What an approver has to acknowledge beyond the plan itself, and so what the Approve button says and asks. Pure.

import type { Button } from "@slack/types";
import { overwrittenDrift } from "../../tree/drift.ts";
import type { Plan } from "../../tree/plan.ts";
import { button, confirm } from "./blocks.ts";
import type { Voice } from "./voice.ts";

/** `overwrite`: what somebody changed in PROD by hand and the plan writes over. `delete`: a large share of PROD that goes. */
export type Acknowledgement = { readonly kind: "overwrite" | "delete"; readonly paths: readonly string[] };

export function toAcknowledge(plan: Pick<Plan, "changes" | "drift" | "checks">): readonly Acknowledgement[] {
  const overwritten = overwrittenDrift(plan).map(({ path }) => path);
  const large = plan.checks.some(({ id, level }) => id === "deletions" && level === "warn");
  const gone = plan.changes.filter(({ kind }) => kind === "remove").map(({ path }) => path);
  // A path that is not the same on all hosts goes from each of them, and is one path.
  const removed = [...new Set(gone)];
  const all: readonly Acknowledgement[] = [
    { kind: "overwrite", paths: overwritten },
    { kind: "delete", paths: large ? removed : [] },
  ];
  return all.filter(({ paths }) => paths.length > 0);
}

/** `restarts` is already in words. */
export function approveButton(
  voice: Voice,
  plan: Plan,
  { files, restarts }: { readonly files: number; readonly restarts: string },
): Button {
  const { texts } = voice;
  const needs = toAcknowledge(plan);
  const kinds = new Set(needs.map(({ kind }) => kind));
  const say =
    kinds.size === 2
      ? texts.approving.both
      : kinds.has("delete")
        ? texts.approving.delete
        : kinds.has("overwrite")
          ? texts.approving.overwrite
          : undefined;
  const named = needs.map(({ kind, paths }) => {
    const shown = paths.slice(0, 2).map((path) => voice.plain(path, 36));
    return texts.approving.named[kind](paths.length, texts.measures.list(shown), paths.length - shown.length);
  });
  const question = {
    title:
      say?.title(needs.reduce((sum, { paths }) => sum + paths.length, 0)) ?? texts.plan.approveTitle(files),
    // The acknowledgement first: what does not fit any more is said in the message too.
    text: [...named, texts.plan.approveText(restarts)].join(" "),
    yes: say?.yes ?? texts.plan.approveYes,
    no: texts.plan.approveNo,
  };
  const style = say === undefined ? "primary" : "danger";
  return button(say?.button ?? texts.plan.approve, {
    action: "plan.approve",
    value: plan.id,
    style,
    label: texts.plan.approveLabel(plan.id),
    confirm: confirm(question, style),
  });
}
