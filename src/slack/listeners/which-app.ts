// Which app a person means, and whether this is the channel for it.

import type { AppConfig } from "../../config/config.ts";
import type { Message } from "../messages/blocks.ts";
import { refused } from "../messages/refusal-message.ts";
import type { Room } from "../room.ts";

export type Meant = { readonly app: AppConfig } | { readonly refusal: Message };

/** Without a name: the one app of the channel. Everything about an app is asked and told in its channel only. */
export async function whichApp(room: Room, name: string | undefined, channel: string): Promise<Meant> {
  const { config, channels, voice } = room;
  const say = voice.texts.conversation.refusals;
  const all = [...config.apps.keys()].map((each) => voice.code(each, 40)).join(", ");
  const here = await channels.appsIn(channel);
  if (name !== undefined) {
    const app = config.apps.get(name);
    if (app === undefined) return { refusal: refused(say.unknownApp(voice.code(name, 40), all)) };
    if (here.some((each) => each.name === app.name)) return { app };
    return {
      refusal: refused(say.otherChannel(voice.code(app.name, 40), await channels.mention(app.channel))),
    };
  }
  const [only, second] = here;
  if (only !== undefined && second === undefined) return { app: only };
  if (only !== undefined) {
    return { refusal: refused(say.whichApp(here.map((each) => voice.code(each.name, 40)).join(", "))) };
  }
  const elsewhere = [...config.apps.values()];
  const places = await Promise.all(
    elsewhere
      .slice(0, 10)
      .map(async (app) => say.otherChannel(voice.code(app.name, 40), await channels.mention(app.channel))),
  );
  return { refusal: refused([say.noAppHere, ...places].join("\n")) };
}

/** What a button is about: `app:<name>`, the id of a plan, or the id of a promotion. */
export async function appBehind(room: Room, value: string): Promise<AppConfig | undefined> {
  if (value.startsWith("app:")) return room.config.apps.get(value.slice("app:".length));
  const plan = value.startsWith("pl_") ? await room.promotions.plan(value) : undefined;
  const promotion = plan === undefined ? await room.promotions.promotion(value) : undefined;
  return room.config.apps.get(plan?.plan.app ?? promotion?.app ?? "");
}
