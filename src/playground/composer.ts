// What the message box makes of what a person types, before anyone else sees it.

import type { Fields } from "./fields.ts";
import type { State } from "./state.ts";
import type { Inline } from "./text/mrkdwn.ts";
import { parseMrkdwn } from "./text/mrkdwn.ts";

/** `@ana`, `@release`, `#kitchen` and addresses become references; everything else is escaped. */
export function composed(state: State, typed: string, { labelled = false } = {}): string {
  const escaped = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped
    .replaceAll(
      /(?<![\w<|])@([\p{L}\p{N}._-]+)/gu,
      (whole, name: string) => mention(state, name, labelled) ?? whole,
    )
    .replaceAll(/(?<![\w<|&])#([\p{L}\p{N}_-]+)/gu, (whole, name: string) => {
      const channel = [...state.channels.values()].find((one) => one.name === name && one.kind !== "im");
      return channel === undefined ? whole : `<#${channel.id}|${channel.name}>`;
    })
    .replaceAll(/(?<![<|])https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"]/g, (address) => `<${address}>`);
}

function mention(state: State, name: string, labelled: boolean): string | undefined {
  const bare = name.replace(/[.-]+$/, "");
  const tail = name.slice(bare.length);
  const user = [...state.users.values()].find((one) => one.name === bare);
  if (user !== undefined) return `<@${user.id}${labelled ? `|${user.name}` : ""}>${tail}`;
  const group = [...state.groups.values()].find((one) => one.handle === bare);
  if (group !== undefined) return `<!subteam^${group.id}${labelled ? `|@${group.handle}` : ""}>${tail}`;
  return ["here", "channel", "everyone"].includes(bare) ? `<!${bare}>${tail}` : undefined;
}

/** The rich text block that Slack's own message box sends along. */
export function composedBlocks(text: string): Fields {
  const elements = parseMrkdwn(text).flatMap((part) =>
    part.kind === "preformatted"
      ? [{ type: "text", text: part.text }]
      : part.children.flatMap((inline) => richElement(inline)),
  );
  return { type: "rich_text", block_id: "typed", elements: [{ type: "rich_text_section", elements }] };
}

function richElement(inline: Inline): readonly Fields[] {
  switch (inline.kind) {
    case "user":
      return [{ type: "user", user_id: inline.id }];
    case "group":
      return [{ type: "usergroup", usergroup_id: inline.id }];
    case "channel":
      return [{ type: "channel", channel_id: inline.id }];
    case "broadcast":
      return [{ type: "broadcast", range: inline.range }];
    case "link":
      return [{ type: "link", url: inline.url }];
    case "emoji":
      return [{ type: "emoji", name: inline.name }];
    case "code":
      return [{ type: "text", text: inline.text, style: { code: true } }];
    case "bold":
    case "italic":
    case "strike":
      return inline.children
        .flatMap(richElement)
        .map((element) => ({ ...element, style: { [inline.kind]: true } }));
    case "date":
      return [{ type: "text", text: inline.fallback }];
    case "text":
      return [{ type: "text", text: inline.text }];
  }
}
