// The door: what Slack sends becomes typed here, and nowhere else in this room.

import type { BlockAction, SlashCommand, ViewSubmitAction } from "@slack/bolt";
import type { Asker } from "../answering.ts";

export type Click = {
  readonly asker: Asker;
  readonly value: string;
  readonly triggerId: string;
  /** The message the button is in, when it is in one that stays. */
  readonly messageTs: string | undefined;
};

export function readClick(body: BlockAction): Click {
  const [action] = body.actions;
  const container = body.container as Readonly<Record<string, unknown>>;
  const ephemeral = container.is_ephemeral === true;
  const threadTs = typeof container.thread_ts === "string" ? container.thread_ts : undefined;
  return {
    asker: {
      user: body.user.id,
      channel: body.channel?.id ?? (typeof container.channel_id === "string" ? container.channel_id : ""),
      threadTs,
      responseUrl: body.response_url === "" ? undefined : body.response_url,
    },
    value: action !== undefined && "value" in action && typeof action.value === "string" ? action.value : "",
    triggerId: body.trigger_id,
    messageTs: ephemeral ? undefined : body.message?.ts,
  };
}

export type Choice = { readonly asker: Asker; readonly blockId: string; readonly chosen: readonly string[] };

/** What is ticked now, all of it. */
export function readChoice(body: BlockAction): Choice {
  const [action] = body.actions;
  const chosen = action !== undefined && action.type === "checkboxes" ? action.selected_options : [];
  return {
    asker: readClick(body).asker,
    blockId: action?.block_id ?? "",
    chosen: chosen.map(({ value }) => value ?? ""),
  };
}

export function readCommand(body: SlashCommand): { asker: Asker; text: string; triggerId: string } {
  return {
    asker: { user: body.user_id, channel: body.channel_id, responseUrl: body.response_url },
    text: body.text ?? "",
    triggerId: body.trigger_id,
  };
}

/** Which plan or app a dialog is about, and where its answers go; travels through the dialog and is checked again on return. */
export type DialogOrigin = {
  readonly about: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
};

export function writeOrigin(origin: DialogOrigin): string {
  return JSON.stringify(origin);
}

export function readOrigin(privateMetadata: string): DialogOrigin {
  const read: unknown = JSON.parse(privateMetadata);
  if (typeof read === "object" && read !== null && "about" in read && "channel" in read) {
    const threadTs = "threadTs" in read && typeof read.threadTs === "string" ? read.threadTs : undefined;
    return { about: String(read.about), channel: String(read.channel), threadTs };
  }
  throw new Error("a dialog came back without saying what it was about");
}

export function inputText(view: ViewSubmitAction["view"], blockId: string): string {
  const [input] = Object.values(view.state.values[blockId] ?? {});
  return (input?.selected_option?.value ?? input?.value ?? "").trim();
}
