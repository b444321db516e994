// The Home tab and the global shortcut: a look at everything, from anywhere.

import type { App, BlockAction } from "@slack/bolt";
import { answering, problemMessage } from "../answering.ts";
import { callFailure } from "../clients.ts";
import { noticeDialog } from "../messages/dialogs.ts";
import { type Glance, homeView, overviewDialog } from "../messages/overview.ts";
import type { Room } from "../room.ts";

export function listenToOverviews(app: App, room: Room): void {
  app.event("app_home_opened", async ({ event }) => {
    if (event.tab === "home") await publish(room, event.user);
  });

  app.action<BlockAction>("home.refresh", async ({ ack, body }) => {
    await ack();
    await publish(room, body.user.id);
  });

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

/** Nobody waits for an answer here, so a failure is only noted. */
async function publish(room: Room, user: string): Promise<void> {
  try {
    const view = homeView(room.voice, await look(room), { connected: room.connected(), now: new Date() });
    await room.clients.progress.views.publish({ user_id: user, view });
  } catch (error) {
    room.logger.warn(
      { failure: callFailure(error), shown: problemMessage(room, error).text },
      "Home not published",
    );
  }
}

async function look(room: Room): Promise<readonly Glance[]> {
  return Promise.all(
    [...room.config.apps.values()].map(async (app) => ({
      status: await room.promotions.status(app.name),
      channel: await room.channels.mention(app.channel),
    })),
  );
}
