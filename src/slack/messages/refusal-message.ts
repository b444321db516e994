// Why a click or command changed nothing, told to that person alone, with the button for the next move.

import type { Button } from "@slack/types";
import type { Lock, Refusal, RollBackStarted } from "../../promotion/promotions.ts";
import { actions, button, confirm, linkButton, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

export type RefusalContext = {
  /** What a new plan would be made of: a plan id, or `app:<name>`. */
  readonly again: string | undefined;
  readonly app: string | undefined;
  /** Where the running promotion is shown. */
  readonly link?: string | undefined;
};

export function refusalMessage(voice: Voice, refusal: Refusal, context: RefusalContext): Message {
  const { texts, person, people, when } = voice;
  const say = texts.conversation.refusals;
  const again = context.again === undefined ? [] : [newPlan(voice, context.again)];
  switch (refusal.why) {
    case "unknown-plan":
      return refused(say.unknownPlan, again);
    case "not-an-approver":
      return refused(say.notAnApprover(people(refusal.approvers)));
    case "own-request":
      return refused(say.ownRequest);
    case "already-counted":
      return refused(say.alreadyCounted);
    case "already-decided": {
      const verdict = [
        say.decided[refusal.status],
        refusal.by === undefined ? "" : say.by(person(refusal.by)),
        refusal.at === undefined ? "" : when(refusal.at, "time"),
      ];
      const reopen = refusal.status === "approved" || refusal.status === "replaced" ? [] : again;
      return refused(say.alreadyDecided(verdict.filter((part) => part !== "").join(" ")), reopen);
    }
    case "expired":
      return refused(say.expired(when(refusal.at, "time")), again);
    case "blocked":
      return refused(
        say.blocked(
          refusal.checks
            .slice(0, 8)
            .map((check) => voice.code(check, 40))
            .join(", "),
        ),
        again,
      );
    case "drift":
      return refused(
        say.drift(
          refusal.paths
            .slice(0, 5)
            .map((path) => voice.code(path, 60))
            .join(", "),
        ),
        again,
      );
    case "wrong-channel":
      return refused(say.wrongChannel);
    case "nothing-to-do":
      return refused(say.nothingToDo);
    case "locked":
      return lockedMessage(voice, refusal.lock);
    case "running":
      return runningRefusal(voice, context.link);
    case "membership-unknown":
      return refused(say.membershipUnknown);
  }
}

export function rollBackRefusal(
  voice: Voice,
  answer: Extract<RollBackStarted, { outcome: "refused" }>,
  approvers: readonly string[],
  link: string | undefined,
): Message {
  const say = voice.texts.conversation.refusals;
  switch (answer.why) {
    case "no-restore-point":
      return refused(say.noRestorePoint);
    case "not-an-approver":
      return refused(say.notAnApprover(voice.people(approvers)));
    case "running":
      return runningRefusal(voice, link);
  }
}

/** Any other refusal: a sentence, told with the sign all refusals carry. */
export function refused(sentence: string, buttons: readonly Button[] = []): Message {
  return message(sentence, [
    section(`:no_entry_sign: ${sentence}`),
    buttons.length === 0 ? undefined : actions("next", buttons),
  ]);
}

function lockedMessage(voice: Voice, lock: Lock): Message {
  const say = voice.texts.conversation;
  const sentence = say.refusals.locked(
    voice.safe(lock.app, 80),
    voice.person(lock.by),
    voice.safe(lock.reason, 300),
  );
  const until = lock.until === undefined ? "" : ` ${say.refusals.lockedUntil(voice.when(lock.until))}`;
  const unlock = button(say.lock.unlock, {
    action: "lock.release",
    value: `app:${lock.app}`,
    confirm: confirm(
      { title: say.lock.unlockTitle, text: say.lock.unlockText, yes: say.lock.unlock, no: say.lock.keep },
      "danger",
    ),
  });
  // A freeze of the configuration is nobody's to release with a button.
  return refused(`${sentence}${until}`, lock.by === "config" ? [] : [unlock]);
}

function runningRefusal({ texts }: Voice, link: string | undefined): Message {
  const say = texts.conversation.refusals;
  return refused(say.running, link === undefined ? [] : [linkButton(say.show, link, "promotion.show")]);
}

function newPlan({ texts }: Voice, value: string): Button {
  return button(texts.plan.newPlan, { action: "plan.refresh", value, style: "primary" });
}
