// Rich text: the block whose text is literal, so that a log line can never become a mention.

import { byType, type Check, choice, flag, listOf, shape, text, type, url, whole } from "./schema.ts";

const style = {
  style: shape(
    {},
    {
      bold: flag,
      italic: flag,
      strike: flag,
      code: flag,
      underline: flag,
      highlight: flag,
      client_highlight: flag,
      unlink: flag,
    },
  ),
};

const inline: Readonly<Record<string, Check>> = {
  text: shape({ type, text: text(3000) }, style),
  link: shape({ type, url: url() }, { ...style, text: text(3000, 0), unsafe: flag }),
  emoji: shape(
    { type, name: text(100) },
    { ...style, unicode: text(100), skin_tone: whole(1, 6), url: url() },
  ),
  user: shape({ type, user_id: text(50) }, style),
  usergroup: shape({ type, usergroup_id: text(50) }, style),
  channel: shape({ type, channel_id: text(50) }, style),
  team: shape({ type, team_id: text(50) }, style),
  broadcast: shape({ type, range: choice("here", "channel", "everyone") }, style),
  color: shape({ type, value: text(20) }, style),
  date: shape(
    { type, timestamp: whole(0, 99_999_999_999), format: text(255) },
    { ...style, url: url(), fallback: text(255) },
  ),
};

const elements = listOf(byType(inline), { min: 0, max: 1000 });
const border = { border: whole(0, 1) };
const section: Check = shape({ type, elements });

export const richTextParts: Readonly<Record<string, Check>> = {
  rich_text_section: section,
  rich_text_list: shape(
    {
      type,
      style: choice("bullet", "ordered"),
      elements: listOf(byType({ rich_text_section: section }), { max: 1000 }),
    },
    { ...border, indent: whole(0, 8), offset: whole(0, 1000) },
  ),
  rich_text_quote: shape({ type, elements }, border),
  rich_text_preformatted: shape(
    {
      type,
      elements: listOf(byType({ text: inline["text"] ?? section, link: inline["link"] ?? section }), {
        min: 0,
        max: 1000,
      }),
    },
    { ...border, language: text(50) },
  ),
};

export const richText: Check = shape(
  { type, elements: listOf(byType(richTextParts), { min: 0, max: 1000 }) },
  { block_id: text(255) },
);
