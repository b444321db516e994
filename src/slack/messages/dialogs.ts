// The dialogs: rejecting with a reason, choosing where to roll back to, locking for a while.

import type { KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { RestorePoint } from "../../backup/restore-point.ts";
import { escapeMrkdwn } from "../../texts/escape.ts";
import { clipPlain, type Message, md, pt, section } from "./blocks.ts";
import type { Voice } from "./voice.ts";

export function rejectDialog({ texts }: Voice, privateMetadata: string): ModalView {
  const say = texts.conversation.reject;
  return {
    type: "modal",
    callback_id: "plan.reject.submit",
    private_metadata: privateMetadata,
    title: pt(clipPlain(say.title, 24)),
    submit: pt(clipPlain(say.submit, 24)),
    close: pt(clipPlain(say.cancel, 24)),
    blocks: [
      {
        type: "input",
        block_id: "why",
        optional: true,
        label: pt(say.why),
        hint: pt(say.hint),
        element: { type: "plain_text_input", action_id: "t", multiline: true, max_length: 300 },
      },
    ],
  };
}

/** What may be chosen, in seconds; `0` is until it is unlocked. */
const lockSeconds = [1800, 3600, 2 * 3600, 4 * 3600, 24 * 3600, 0] as const;

export function lockDialog(voice: Voice, app: string, privateMetadata: string): ModalView {
  const { texts } = voice;
  const say = texts.conversation;
  const options = lockSeconds.map((seconds) => ({
    text: pt(seconds === 0 ? say.lock.untilSomebody : texts.measures.duration(seconds)),
    value: String(seconds),
  }));
  const [, , first] = options;
  return {
    type: "modal",
    callback_id: "lock.submit",
    private_metadata: privateMetadata,
    title: pt(clipPlain(say.lock.title, 24)),
    submit: pt(clipPlain(say.lock.submit, 24)),
    close: pt(clipPlain(say.reject.cancel, 24)),
    blocks: [
      section(say.lock.about(voice.safe(app, 80))),
      {
        type: "input",
        block_id: "for",
        label: pt(say.lock.howLong),
        element: {
          type: "static_select",
          action_id: "s",
          options,
          ...(first !== undefined && { initial_option: first }),
        },
      },
      {
        type: "input",
        block_id: "why",
        label: pt(say.rollback.why),
        hint: pt(say.rollback.hint),
        element: { type: "plain_text_input", action_id: "t", max_length: 300 },
      },
    ],
  };
}

/** Opened at once, because Slack gives three seconds; filled when the restore points are known. */
export function loadingDialog({ texts }: Voice, privateMetadata: string): ModalView {
  const say = texts.conversation.rollback;
  return infoDialog(say.title, say.close, privateMetadata, [
    section(`:hourglass_flowing_sand: ${say.loading}`),
  ]);
}

/** An answer where there is no channel to give it in. */
export function answerDialog({ texts }: Voice, { blocks }: Message): ModalView {
  const say = texts.conversation;
  return infoDialog(say.overview.title, say.rollback.close, "", [...blocks]);
}

export function noticeDialog({ texts }: Voice, sentence: string): ModalView {
  const say = texts.conversation.rollback;
  return infoDialog(say.title, say.close, "", [section(sentence)]);
}

export type RollbackView = {
  readonly app: string;
  /** Newest first. */
  readonly points: readonly RestorePoint[];
  readonly chosen: string | undefined;
  readonly restarts: string;
  readonly privateMetadata: string;
};

export function rollbackDialog(voice: Voice, view: RollbackView): ModalView {
  const say = voice.texts.conversation.rollback;
  const options = view.points.slice(0, 100).map((point) => optionOf(voice, point));
  const chosen = options.find((option) => option.value === view.chosen);
  const warning = say.warning(voice.plain(view.app, 60), voice.plain(view.restarts, 80));
  return {
    type: "modal",
    callback_id: "rollback.submit",
    private_metadata: view.privateMetadata,
    title: pt(clipPlain(say.title, 24)),
    submit: pt(clipPlain(say.submit, 24)),
    close: pt(clipPlain(say.cancel, 24)),
    blocks: [
      { type: "alert", level: "warning", text: md(escapeMrkdwn(clipPlain(warning, 160))) } as KnownBlock,
      {
        type: "input",
        block_id: "bk",
        label: pt(say.point),
        element: {
          type: "static_select",
          action_id: "id",
          placeholder: pt(say.choose),
          options,
          ...(chosen && { initial_option: chosen }),
        },
      },
      {
        type: "input",
        block_id: "why",
        label: pt(say.why),
        hint: pt(say.hint),
        element: { type: "plain_text_input", action_id: "t", multiline: true, max_length: 300 },
      },
      {
        type: "input",
        block_id: "word",
        label: pt(say.confirm),
        element: { type: "plain_text_input", action_id: "t", max_length: 10 },
      },
    ],
  };
}

function optionOf({ texts, plain }: Voice, point: RestorePoint): PlainTextOption {
  const say = texts.conversation.rollback;
  const health = texts.promotion.healthWords[point.health];
  return {
    text: pt(clipPlain(say.optionText(texts.measures.moment(point.createdAt), plain(point.id, 60)), 75)),
    value: point.id,
    description: pt(clipPlain(say.optionFacts(point.files, point.archiveBytes, health), 75)),
  };
}

function infoDialog(title: string, close: string, privateMetadata: string, blocks: KnownBlock[]): ModalView {
  return {
    type: "modal",
    callback_id: "rollback.info",
    private_metadata: privateMetadata,
    title: pt(clipPlain(title, 24)),
    close: pt(clipPlain(close, 24)),
    blocks,
  };
}
