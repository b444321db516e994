// Short answers: a sentence to one person, a lock told to the channel, a failure in words.

import type { PasserelleError } from "../../errors.ts";
import type { Lock, Person } from "../../promotion/promotions.ts";
import { actions, button, confirm, context, type Message, preformatted, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

/** `sentence` is finished mrkdwn. */
export function plainMessage(sentence: string): Message {
  return message(sentence, [section(sentence)]);
}

export function failureMessage(voice: Voice, error: PasserelleError): Message {
  const sentence = voice.failure(error);
  return message(sentence, [section(`:warning: ${sentence}`)]);
}

/** Our bug: the person gets an id, the log has the rest. */
export function unexpectedMessage(voice: Voice, id: string): Message {
  const sentence = voice.texts.conversation.unexpected(voice.code(id));
  return message(sentence, [section(`:boom: ${sentence}`)]);
}

export function lockedMessage(voice: Voice, lock: Lock): Message {
  const say = voice.texts.conversation.lock;
  const sentence = say.locked(voice.safe(lock.app, 80), voice.person(lock.by), voice.safe(lock.reason, 300));
  const until = lock.until === undefined ? say.untilUnlocked : say.until(voice.when(lock.until));
  return message(sentence, [
    section(`:lock: *${sentence}*`),
    actions(`lock:${lock.app}`.slice(0, 255), [
      button(say.unlock, {
        action: "lock.release",
        value: `app:${lock.app}`,
        confirm: confirm(
          { title: say.unlockTitle, text: say.unlockText, yes: say.unlock, no: say.keep },
          "danger",
        ),
      }),
    ]),
    context(until),
  ]);
}

export function unlockedMessage(voice: Voice, app: string, by: Person): Message {
  const sentence = voice.texts.conversation.lock.unlocked(voice.safe(app, 80), voice.person(by.id));
  return message(sentence, [section(`:unlock: *${sentence}*`)]);
}

export function inSyncMessage(voice: Voice, app: string, warnings: Message["blocks"]): Message {
  const sentence = voice.texts.plan.inSync(voice.safe(app, 80));
  return message(sentence, [section(`:white_check_mark: ${sentence}`), ...warnings]);
}

export function doctorMessage(voice: Voice, report: string): Message {
  const say = voice.texts.conversation.doctor;
  return message(say.title, [
    section(`*${say.title}*`),
    preformatted(voice.output(report.split("\n"), { lines: 60, characters: 6000 })),
  ]);
}

/** In a thread there is no dialog to open from a mention, so a button offers it. */
export function rollbackOffer(voice: Voice, app: string): Message {
  const say = voice.texts.conversation.rollback;
  return message(say.offer, [
    section(say.offer),
    actions("offer", [
      button(voice.texts.promotion.rollBack, {
        action: "rollback.open",
        value: `app:${app}`,
        style: "danger",
      }),
    ]),
  ]);
}
