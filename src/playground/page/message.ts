// One message: who, when, what, and what hangs on it.

import { type ComponentChildren, h } from "preact";
import { asText } from "../fields.ts";
import type { ShownFile, ShownMessage } from "../page-server/screen-data.ts";
import { emojiFor } from "../text/emoji.ts";
import { Blocks } from "./blocks.ts";
import { Mrkdwn } from "./inline.ts";
import { PlaceProvider, useSurroundings } from "./surroundings.ts";

export function Message({
  message,
  inThread,
}: {
  message: ShownMessage;
  inThread: boolean;
}): ComponentChildren {
  const place = {
    target: { channel: message.channel, ts: message.ts },
    values: message.values,
    errors: {},
  };
  const head = h(
    "header",
    null,
    h("strong", null, message.author),
    message.kind === "bot" ? h("span", { class: "badge" }, "app") : null,
    h("time", { dateTime: new Date(Number(message.ts) * 1000).toISOString() }, message.time),
    message.alone ? h("span", { class: "quiet" }, "Only visible to you") : null,
    message.pinned ? h("span", { class: "quiet" }, "📌 Pinned") : null,
    message.fromThread && inThread ? h("span", { class: "quiet" }, "Also sent to the channel") : null,
    message.fromThread && !inThread ? h("span", { class: "quiet" }, "Replied to a thread") : null,
  );
  const label = `${message.author}, ${message.time}${message.alone ? ", only visible to you" : ""}`;
  return h(
    "article",
    {
      class: `message ${message.alone ? "alone" : ""} ${message.tombstone ? "tombstone" : ""}`,
      "aria-label": label,
      "data-ts": message.ts,
      tabIndex: -1,
    },
    h(
      "div",
      { class: `avatar avatar-${message.kind}`, "aria-hidden": "true" },
      [...message.author][0]?.toUpperCase(),
    ),
    h(
      "div",
      { class: "body" },
      head,
      h(PlaceProvider, { value: place }, h(Content, { message })),
      message.files.map((file) => h(FileCard, { file, key: file.id })),
      message.reactions.length === 0
        ? null
        : h(
            "div",
            { class: "reactions" },
            message.reactions.map(({ name, count }) =>
              h("span", { class: "reaction" }, `${emojiFor(name) ?? `:${name}:`} ${count}`),
            ),
          ),
      inThread ? null : h(ThreadLink, { message }),
    ),
  );
}

function Content({ message }: { message: ShownMessage }): ComponentChildren {
  const attached = message.attachments.map((attachment) =>
    h(
      "div",
      { class: "attachment" },
      attachment.blocks === undefined
        ? h(Mrkdwn, { text: asText(attachment.text) ?? "" })
        : h(Blocks, { blocks: attachment.blocks }),
    ),
  );
  const main =
    message.blocks.length > 0
      ? h(Blocks, { blocks: message.blocks })
      : h(
          "div",
          { class: "prose" },
          h(Mrkdwn, { text: message.text }),
          message.edited ? h("span", { class: "quiet" }, " (edited)") : null,
        );
  return h("div", { class: "content" }, main, attached);
}

function ThreadLink({ message }: { message: ShownMessage }): ComponentChildren {
  const { openThread, newReplies, screen } = useSurroundings();
  if (message.alone) return null;
  if (message.threadTs !== undefined) {
    return h(
      "button",
      { type: "button", class: "thread-link", onClick: () => openThread(message.threadTs) },
      "View thread",
    );
  }
  const words =
    message.replies === 0
      ? "Reply in thread"
      : `${message.replies} ${message.replies === 1 ? "reply" : "replies"}`;
  const news = newReplies(message);
  const mine = screen.thread.some(({ ts }) => ts === message.ts);
  return h(
    "button",
    {
      type: "button",
      class: `thread-link ${message.replies === 0 ? "discreet" : ""}`,
      "aria-expanded": mine,
      "aria-label": news === 0 ? undefined : `${words}, ${news} new`,
      onClick: () => openThread(message.ts),
    },
    words,
    news === 0 ? null : h("span", { class: "news" }, `${news} new`),
  );
}

const shownLines = 12;

function FileCard({ file }: { file: ShownFile }): ComponentChildren {
  const lines = file.preview.split("\n");
  const address = `/page/file/${encodeURIComponent(file.id)}`;
  return h(
    "figure",
    { class: "file" },
    h(
      "figcaption",
      null,
      h("a", { href: address, target: "_blank", rel: "noopener" }, file.title),
      h("span", { class: "quiet" }, ` ${file.name} · ${size(file.size)}`),
    ),
    h(
      "pre",
      { tabIndex: 0 },
      lines.slice(0, shownLines).join("\n") + (lines.length > shownLines ? "\n…" : ""),
    ),
  );
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`;
}
