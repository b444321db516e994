// Opens the rollback dialog before anything is looked up, because Slack gives three seconds, then fills it.

import type { ModalView } from "@slack/types";
import type { AppConfig } from "../../config/config.ts";
import { escapeMrkdwn } from "../../texts/escape.ts";
import { type Asker, problemMessage } from "../answering.ts";
import { callFailure } from "../clients.ts";
import { loadingDialog, noticeDialog, rollbackDialog } from "../messages/dialogs.ts";
import { restartWords } from "../messages/plan-message.ts";
import type { Room } from "../room.ts";
import { writeOrigin } from "./payload.ts";

/** `chosen`: the restore point to begin with; the one that a rollback would go to otherwise. */
export async function openRollback(
  room: Room,
  app: AppConfig,
  asker: Asker,
  triggerId: string,
  chosen: string | undefined,
): Promise<void> {
  const { voice, clients } = room;
  const privateMetadata = writeOrigin({ about: app.name, channel: asker.channel, threadTs: asker.threadTs });
  const opened = await clients.interactive.views.open({
    trigger_id: triggerId,
    view: loadingDialog(voice, privateMetadata),
  });
  const id = opened.view?.id;
  if (id === undefined) throw new Error("Slack opened a dialog without saying which");
  const show = (view: ModalView) => fill(room, id, view);
  try {
    const points = (await room.promotions.restorePoints(app.name)).filter(
      ({ lackedBy }) => lackedBy === undefined,
    );
    if (points.length === 0) {
      return await show(noticeDialog(voice, voice.texts.conversation.rollback.none(escapeMrkdwn(app.name))));
    }
    const first =
      points.find((point) => point.id === chosen) ?? (await room.promotions.nextRestorePoint(app.name));
    const restarts = restartWords(voice, app.restart);
    await show(
      rollbackDialog(voice, { app: app.name, points, chosen: first?.id, restarts, privateMetadata }),
    );
  } catch (error) {
    await show(noticeDialog(voice, problemMessage(room, error).text));
  }
}

/** A dialog that was closed meanwhile needs no answer. */
async function fill(room: Room, id: string, view: ModalView): Promise<void> {
  try {
    await room.clients.progress.views.update({ view_id: id, view });
  } catch (error) {
    const failure = callFailure(error);
    if (failure.kind !== "refused" || failure.error !== "not_found") throw error;
  }
}
