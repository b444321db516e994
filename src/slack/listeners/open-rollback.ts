// Opens the rollback dialog before anything is looked up, because Slack gives three seconds, then fills it.

import type { AppConfig } from "../../config/config.ts";
import { escapeMrkdwn } from "../../texts/escape.ts";
import { type Asker, problemMessage } from "../answering.ts";
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
  try {
    const points = await room.promotions.restorePoints(app.name);
    const first =
      points.find((point) => point.id === chosen) ?? (await room.promotions.nextRestorePoint(app.name));
    const view =
      points.length === 0
        ? noticeDialog(voice, voice.texts.conversation.rollback.none(escapeMrkdwn(app.name)))
        : rollbackDialog(voice, {
            app: app.name,
            points,
            chosen: first?.id,
            restarts: restartWords(voice, app.restart),
            privateMetadata,
          });
    await clients.progress.views.update({ view_id: id, view });
  } catch (error) {
    await clients.progress.views.update({
      view_id: id,
      view: noticeDialog(voice, problemMessage(room, error).text),
    });
  }
}
