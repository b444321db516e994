// Shows the images that a plan changes in its thread, before and after: an extra that holds nothing up and costs nothing when it fails.

import type { ChangedImage } from "../promotion/changed-images.ts";
import type { Plan } from "../tree/plan.ts";
import { callFailure } from "./clients.ts";
import { keyOfPlan } from "./message-key.ts";
import type { Room } from "./room.ts";

/** `shown`: an earlier plan of the same message, whose images are there already. Never throws. */
export async function sharePlanImages(room: Room, plan: Plan, shown?: Plan): Promise<void> {
  if (!plan.changes.some(({ path }) => looksLikeImage(path))) return;
  try {
    const { images, left } = await room.promotions.images(plan.id);
    const known = new Set(shown?.changes.map(signOf));
    const signs = new Map(plan.changes.map((change) => [change.path, signOf(change)]));
    const fresh = images.filter(({ path }) => !known.has(signs.get(path) ?? ""));
    for (const [index, image] of fresh.entries()) {
      await share(room, plan, image, index === fresh.length - 1 ? left : 0);
    }
  } catch (error) {
    room.logger.warn({ plan: plan.id, failure: callFailure(error) }, "images of a plan could not be shown");
  }
}

function looksLikeImage(path: string): boolean {
  return /\.(?:png|jpe?g|gif|webp)$/i.test(path);
}

function signOf({ path, before, after }: Plan["changes"][number]): string {
  const hash = (entry: typeof after) => (entry?.type === "file" ? (entry.sha256 ?? "") : "");
  return JSON.stringify([path, hash(before), hash(after)]);
}

async function share(room: Room, plan: Plan, image: ChangedImage, left: number): Promise<void> {
  const record = await room.store.message(keyOfPlan(plan));
  if (record === undefined || record.ts === "") return;
  const { voice } = room;
  const say = voice.texts.offering;
  const { bytes } = voice.texts.measures;
  const name = voice.plain(image.path.slice(image.path.lastIndexOf("/") + 1), 80);
  const sizes =
    image.before === undefined
      ? say.newImage(bytes(image.after.length))
      : say.changedImage(bytes(image.before.length), bytes(image.after.length));
  const file = (content: Uint8Array, when: string) => ({
    file: Buffer.from(content),
    filename: `${when}-${name}`,
    title: `${when}: ${name}`,
    alt_text: say.imageText(name, when),
  });
  await room.clients.files.filesUploadV2({
    channel_id: record.channel,
    thread_ts: record.ts,
    initial_comment: `:frame_with_picture: ${voice.code(image.path, 120)} — ${sizes}${left > 0 ? `\n${say.moreImages(left)}` : ""}`,
    file_uploads: [
      ...(image.before === undefined ? [] : [file(image.before, say.before)]),
      file(image.after, say.after),
    ],
  });
}
