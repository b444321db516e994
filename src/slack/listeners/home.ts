// The Home tab and its buttons: what a person may do in an app's channel they may begin from here, and see answered in a dialog.

import type { App, BlockAction } from "@slack/bolt";
import type { AppConfig } from "../../config/config.ts";
import { type Asker, answering, problemMessage } from "../answering.ts";
import { callFailure } from "../clients.ts";
import { linkTo, linkToMessage } from "../links.ts";
import { keyOfPlan } from "../message-key.ts";
import { actions, linkButton, type Message } from "../messages/blocks.ts";
import { answerDialog, lockDialog } from "../messages/dialogs.ts";
import { type HomeApp, homeView } from "../messages/home-view.ts";
import { lockedMessage, plainMessage } from "../messages/plain-message.ts";
import { refused } from "../messages/refusal-message.ts";
import type { Room } from "../room.ts";
import { makePlan } from "./make-plan.ts";
import { openRollback } from "./open-rollback.ts";
import { inputText, readClick, readOrigin, writeOrigin } from "./payload.ts";
import { sayInChannel, unlock } from "./run-command.ts";

export function listenToHome(app: App, room: Room): void {
  app.event("app_home_opened", async ({ event }) => {
    if (event.tab === "home") await publish(room, event.user);
  });

  app.action<BlockAction>("home.refresh", async ({ ack, body }) => {
    await ack();
    await publish(room, body.user.id);
  });

  // A button that only opens a link still has to be answered, or Slack shows a warning beside it.
  app.action<BlockAction>("home.open", async ({ ack }) => {
    await ack();
  });

  app.action<BlockAction>("home.diff", async ({ ack, body }) => {
    await ack();
    await inDialog(room, body, async ({ meant, asker, show }) => {
      const plan = await makePlan(room, meant, asker, []);
      if (plan !== undefined) {
        const words = room.voice.texts.conversation.overview;
        const link = await linkToMessage(room, keyOfPlan(plan));
        const told = plainMessage(words.planned(await room.channels.mention(meant.channel)));
        const open =
          link === undefined ? [] : [actions("home-plan", [linkButton(words.open, link, "home.open")])];
        await show({ ...told, blocks: [...told.blocks, ...open] });
      }
      await publish(room, asker.user);
    });
  });

  app.action<BlockAction>("home.rollback", async ({ ack, body }) => {
    await ack();
    const { asker, triggerId } = readClick(body);
    const found = await meantBy(room, body);
    if (found === undefined) return publish(room, asker.user);
    await answering(room, found.asker, () =>
      openRollback(room, found.meant, found.asker, triggerId, undefined),
    );
  });

  app.action<BlockAction>("home.lock", async ({ ack, body }) => {
    await ack();
    const { asker, triggerId } = readClick(body);
    const found = await meantBy(room, body);
    if (found === undefined) return publish(room, asker.user);
    await answering(room, found.asker, async () => {
      const origin = writeOrigin({ about: found.meant.name, channel: found.asker.channel });
      await room.clients.interactive.views.open({
        trigger_id: triggerId,
        view: lockDialog(room.voice, found.meant.name, origin),
      });
    });
  });

  app.view("lock.submit", async ({ ack, body, view }) => {
    await ack();
    const origin = readOrigin(view.private_metadata);
    const asker = { user: body.user.id, channel: origin.channel };
    await answering(room, asker, async () => {
      const locked = room.config.apps.get(origin.about);
      if (locked === undefined || !(await room.channels.holds(locked, asker.user))) return;
      const seconds = Number(inputText(view, "for"));
      const by = { id: asker.user, via: "slack" } as const;
      const lock = await room.promotions.lock(locked.name, by, inputText(view, "why"), seconds || undefined);
      await sayInChannel(room, asker, lockedMessage(room.voice, lock));
    });
    await publish(room, asker.user);
  });

  app.action<BlockAction>("home.unlock", async ({ ack, body }) => {
    await ack();
    const found = await meantBy(room, body);
    if (found !== undefined)
      await answering(room, found.asker, () => unlock(room, found.meant.name, found.asker));
    await publish(room, body.user.id);
  });
}

type Meant = { readonly meant: AppConfig; readonly asker: Asker };

/** Undefined for an app that is not configured any more, or whose channel this person is not in (any more). */
async function meantBy(room: Room, body: BlockAction): Promise<Meant | undefined> {
  const { asker, value } = readClick(body);
  const app = room.config.apps.get(value.replace(/^app:/, ""));
  if (app === undefined || !(await room.channels.holds(app, asker.user))) return undefined;
  return {
    meant: app,
    asker: { user: asker.user, channel: (await room.channels.idOf(app.channel)) ?? app.channel },
  };
}

/** Opens a dialog at once, because Slack gives three seconds, and shows every answer in it. */
async function inDialog(
  room: Room,
  body: BlockAction,
  deed: (at: Meant & { readonly show: (message: Message) => Promise<void> }) => Promise<void>,
): Promise<void> {
  const { asker, triggerId, value } = readClick(body);
  const say = room.voice.texts.conversation;
  const comparing = plainMessage(say.comparing(room.voice.safe(value.replace(/^app:/, ""), 80)));
  let id: string | undefined;
  const show = async (message: Message): Promise<void> => {
    if (id === undefined) return;
    await room.clients.progress.views
      .update({ view_id: id, view: answerDialog(room.voice, message) })
      .catch((error: unknown) => room.logger.debug({ failure: callFailure(error) }, "a dialog was closed"));
  };
  await answering(room, { ...asker, show }, async () => {
    const opened = await room.clients.interactive.views.open({
      trigger_id: triggerId,
      view: answerDialog(room.voice, comparing),
    });
    id = opened.view?.id;
    const found = await meantBy(room, body);
    if (found === undefined) return show(refused(say.overview.onlyLook));
    await deed({ ...found, asker: { ...found.asker, show }, show });
  });
}

/** Nobody waits for an answer here, so a failure is only noted. */
async function publish(room: Room, user: string): Promise<void> {
  try {
    const apps = await Promise.all([...room.config.apps.values()].map((app) => lookAt(room, app, user)));
    await room.clients.progress.views.publish({
      user_id: user,
      view: homeView(room.voice, apps, new Date()),
    });
  } catch (error) {
    room.logger.warn(
      { failure: callFailure(error), shown: problemMessage(room, error).text },
      "Home not published",
    );
  }
}

const shownHistory = 3;

async function lookAt(room: Room, app: AppConfig, user: string): Promise<HomeApp> {
  const [status, channel, inChannel, approver, records] = await Promise.all([
    room.promotions.status(app.name),
    room.channels.mention(app.channel),
    room.channels.holds(app, user),
    isApprover(room, app, user),
    room.promotions.history(app.name, { limit: shownHistory }),
  ]);
  const waiting = status.waiting.map(async (plan) => ({
    plan,
    link: await linkToMessage(room, keyOfPlan(plan)),
  }));
  const history = records.map(async (record) => ({ record, link: await linkTo(room, record.id) }));
  return {
    ...{ status, channel, inChannel, approver },
    waiting: await Promise.all(waiting),
    history: await Promise.all(history),
  };
}

/** For showing; whether a decision counts is asked anew when it is made. */
async function isApprover(room: Room, app: AppConfig, user: string): Promise<boolean> {
  for (const id of app.approval.approvers) {
    if (id === user) return true;
    if (
      id.startsWith("S") &&
      (await room.membership.members(id).catch((): readonly string[] => [])).includes(user)
    )
      return true;
  }
  return false;
}
