// The global shortcut: a look at everything, from anywhere.

import type { App } from "@slack/bolt";
import { answering } from "../answering.ts";
import { noticeDialog } from "../messages/dialogs.ts";
import { type Glance, overviewDialog } from "../messages/overview.ts";
import type { Room } from "../room.ts";

export function listenToOverviews(app: App, room: Room): void {
  app.shortcut("promote_open", async ({ ack, body }) => {
    await ack();
    await answering(room, { user: body.user.id, channel: body.user.id }, async () => {
      const loading = noticeDialog(room.voice, "…");
      const opened = await room.clients.interactive.views.open({
        trigger_id: body.trigger_id,
        view: loading,
      });
      const view = overviewDialog(room.voice, await look(room), {
        connected: room.connected(),
        now: new Date(),
      });
      if (opened.view?.id !== undefined)
        await room.clients.progress.views.update({ view_id: opened.view.id, view });
    });
  });
}

async function look(room: Room): Promise<readonly Glance[]> {
  return Promise.all(
    [...room.config.apps.values()].map(async (app) => ({
      status: await room.promotions.status(app.name),
      channel: await room.channels.mention(app.channel),
    })),
  );
}
