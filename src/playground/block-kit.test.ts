import { describe, expect, test } from "vitest";
import { countedText, findProblems, type Surface } from "./block-kit.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const section = (text = "Hello") => ({ type: "section", text: mrkdwn(text) });
const button = (more: object = {}) => ({ type: "button", text: plain("Go"), action_id: "go", ...more });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const option = (more: object = {}) => ({ text: plain("One"), value: "1", ...more });
const select = (more: object = {}) => ({
  type: "static_select",
  action_id: "s",
  options: [option()],
  ...more,
});
const input = (element: object) => ({ type: "input", label: plain("Why?"), element });
const confirm = (more: object = {}) => ({
  title: plain("Sure?"),
  text: plain("It goes live."),
  confirm: plain("Yes"),
  deny: plain("No"),
  ...more,
});
const long = (length: number) => "x".repeat(length);
const times = <T>(count: number, item: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => item(index));
const table = (rows: number, cells: number) => ({
  type: "table",
  rows: times(rows, () => times(cells, () => ({ type: "raw_text", text: "a" }))),
});
const richText = (...elements: object[]) => ({ type: "rich_text", elements });

type Case = readonly [
  rule: string,
  blocks: readonly object[],
  finding: string,
  pointer: string,
  surface?: Surface,
];

const refused: readonly Case[] = [
  ["51 blocks in a message", times(51, () => section()), "no more than 50 items allowed", "/blocks"],
  [
    "101 blocks in a modal",
    times(101, () => section()),
    "no more than 100 items allowed",
    "/blocks",
    "modal",
  ],
  ["an unknown block", [{ type: "sparkle" }], "unsupported type: sparkle", "/blocks/0/type"],
  ["a block without a type", [{ text: plain("a") }], "missing required field: type", "/blocks/0"],
  [
    "a field that does not exist",
    [{ ...section(), colour: "red" }],
    "invalid additional property: colour",
    "/blocks/0",
  ],
  [
    "emoji on mrkdwn",
    [{ type: "section", text: { ...mrkdwn("a"), emoji: true } }],
    "invalid additional property: emoji",
    "/blocks/0/text",
  ],
  ["an empty text", [section("")], "must be more than 0 characters", "/blocks/0/text/text"],
  ["a section over 3,000", [section(long(3001))], "must be less than 3001 characters", "/blocks/0/text/text"],
  ["a section without text or fields", [{ type: "section" }], "missing required field: text", "/blocks/0"],
  [
    "11 fields",
    [{ type: "section", fields: times(11, () => mrkdwn("a")) }],
    "no more than 10 items allowed",
    "/blocks/0/fields",
  ],
  [
    "a field over 2,000",
    [{ type: "section", fields: [mrkdwn(long(2001))] }],
    "must be less than 2001 characters",
    "/blocks/0/fields/0/text",
  ],
  [
    "a header over 150",
    [{ type: "header", text: plain(long(151)) }],
    "must be less than 151 characters",
    "/blocks/0/text/text",
  ],
  [
    "a mrkdwn header",
    [{ type: "header", text: mrkdwn("a") }],
    "must be one of: plain_text",
    "/blocks/0/text/type",
  ],
  [
    "11 context elements",
    [{ type: "context", elements: times(11, () => mrkdwn("a")) }],
    "no more than 10 items allowed",
    "/blocks/0/elements",
  ],
  [
    "26 actions",
    [actions(...times(26, (index) => button({ action_id: `a${index}` })))],
    "no more than 25 items allowed",
    "/blocks/0/elements",
  ],
  [
    "two actions of one id",
    [actions(button(), button())],
    "duplicate action_id: go",
    "/blocks/0/elements/1/action_id",
  ],
  [
    "two blocks of one id",
    [
      { ...section(), block_id: "b" },
      { ...section(), block_id: "b" },
    ],
    "duplicate block_id: b",
    "/blocks/1/block_id",
  ],
  [
    "a block_id over 255",
    [{ ...section(), block_id: long(256) }],
    "must be less than 256 characters",
    "/blocks/0/block_id",
  ],
  [
    "a button text over 75",
    [actions(button({ text: plain(long(76)) }))],
    "must be less than 76 characters",
    "/blocks/0/elements/0/text/text",
  ],
  [
    "a button value over 2,000",
    [actions(button({ value: long(2001) }))],
    "must be less than 2001 characters",
    "/blocks/0/elements/0/value",
  ],
  [
    "a button url over 3,000",
    [actions(button({ url: `https://a.b/${long(3000)}` }))],
    "must be less than 3001 characters",
    "/blocks/0/elements/0/url",
  ],
  [
    "a button style of its own",
    [actions(button({ style: "default" }))],
    "must be one of: primary, danger",
    "/blocks/0/elements/0/style",
  ],
  [
    "an action_id over 255",
    [actions(button({ action_id: long(256) }))],
    "must be less than 256 characters",
    "/blocks/0/elements/0/action_id",
  ],
  [
    "an accessibility label over 75",
    [actions(button({ accessibility_label: long(76) }))],
    "must be less than 76 characters",
    "/blocks/0/elements/0/accessibility_label",
  ],
  [
    "a confirm title over 100",
    [actions(button({ confirm: confirm({ title: plain(long(101)) }) }))],
    "must be less than 101 characters",
    "/blocks/0/elements/0/confirm/title/text",
  ],
  [
    "a confirm text over 300",
    [actions(button({ confirm: confirm({ text: plain(long(301)) }) }))],
    "must be less than 301 characters",
    "/blocks/0/elements/0/confirm/text/text",
  ],
  [
    "a confirm button over 30",
    [actions(button({ confirm: confirm({ deny: plain(long(31)) }) }))],
    "must be less than 31 characters",
    "/blocks/0/elements/0/confirm/deny/text",
  ],
  [
    "an option text over 75",
    [actions(select({ options: [option({ text: plain(long(76)) })] }))],
    "must be less than 76 characters",
    "/blocks/0/elements/0/options/0/text/text",
  ],
  [
    "an option value over 150",
    [actions(select({ options: [option({ value: long(151) })] }))],
    "must be less than 151 characters",
    "/blocks/0/elements/0/options/0/value",
  ],
  [
    "an option description over 75",
    [actions(select({ options: [option({ description: plain(long(76)) })] }))],
    "must be less than 76 characters",
    "/blocks/0/elements/0/options/0/description/text",
  ],
  [
    "101 option groups",
    [
      actions(
        select({
          options: undefined,
          option_groups: times(101, () => ({ label: plain("a"), options: [option()] })),
        }),
      ),
    ],
    "no more than 100 items allowed",
    "/blocks/0/elements/0/option_groups",
  ],
  [
    "11 radio buttons",
    [
      actions({
        type: "radio_buttons",
        action_id: "r",
        options: times(11, (index) => option({ value: String(index) })),
      }),
    ],
    "no more than 10 items allowed",
    "/blocks/0/elements/0/options",
  ],
  [
    "an image's alt text over 2,000",
    [{ type: "image", image_url: "https://a.b/c.png", alt_text: long(2001) }],
    "must be less than 2001 characters",
    "/blocks/0/alt_text",
  ],
  [
    "an image's address over 3,000",
    [{ type: "image", image_url: `https://a.b/${long(3000)}`, alt_text: "a" }],
    "must be less than 3001 characters",
    "/blocks/0/image_url",
  ],
  [
    "a container's title over 150",
    [{ type: "container", title: plain(long(151)), child_blocks: [section()] }],
    "must be less than 151 characters",
    "/blocks/0/title/text",
  ],
  [
    "101 options",
    [actions(select({ options: times(101, () => option()) }))],
    "no more than 100 items allowed",
    "/blocks/0/elements/0/options",
  ],
  [
    "a menu without options",
    [actions(select({ options: undefined }))],
    "missing required field: options",
    "/blocks/0/elements/0",
  ],
  [
    "6 overflow options",
    [actions({ type: "overflow", options: times(6, () => option()) })],
    "no more than 5 items allowed",
    "/blocks/0/elements/0/options",
  ],
  [
    "11 check boxes",
    [actions({ type: "checkboxes", options: times(11, () => option()) })],
    "no more than 10 items allowed",
    "/blocks/0/elements/0/options",
  ],
  [
    "a text input over 3,000",
    [input({ type: "plain_text_input", max_length: 3001 })],
    "must be less than 3001",
    "/blocks/0/element/max_length",
    "modal",
  ],
  ["a button as input", [input(button())], "unsupported type: button", "/blocks/0/element/type", "modal"],
  [
    "an alert in a message",
    [{ type: "alert", text: plain("Hm") }],
    "unsupported type: alert",
    "/blocks/0/type",
  ],
  [
    "an alert over 200",
    [{ type: "alert", text: plain(long(201)) }],
    "must be less than 201 characters",
    "/blocks/0/text/text",
    "modal",
  ],
  ["a table in a modal", [table(2, 2)], "unsupported type: table", "/blocks/0/type", "modal"],
  [
    "a card in Home",
    [{ type: "card", title: mrkdwn("a") }],
    "unsupported type: card",
    "/blocks/0/type",
    "home",
  ],
  [
    "a container in a modal",
    [{ type: "container", title: plain("a"), child_blocks: [section()] }],
    "unsupported type: container",
    "/blocks/0/type",
    "modal",
  ],
  ["a table of 101 rows", [table(101, 2)], "no more than 100 items allowed", "/blocks/0/rows"],
  ["a table of 21 cells", [table(1, 21)], "no more than 20 items allowed", "/blocks/0/rows/0"],
  [
    "10,001 characters of table",
    [{ type: "table", rows: times(5, () => [{ type: "raw_text", text: long(2001) }]) }],
    "tables must be less than 10001 characters together",
    "/blocks",
  ],
  [
    "rows of two widths",
    [{ type: "data_table", caption: "c", rows: [[{ type: "raw_text", text: "a" }], []] }],
    "all rows must have the same number of cells",
    "/blocks/0/rows/1",
  ],
  [
    "a card with nothing in it",
    [{ type: "card", subtitle: mrkdwn("a") }],
    "one of hero_image, title, actions or body is required",
    "/blocks/0",
  ],
  [
    "4 card buttons",
    [{ type: "card", actions: times(4, (index) => button({ action_id: `a${index}` })) }],
    "no more than 3 items allowed",
    "/blocks/0/actions",
  ],
  [
    "11 cards",
    [{ type: "carousel", elements: times(11, () => ({ type: "card", body: mrkdwn("a") })) }],
    "no more than 10 items allowed",
    "/blocks/0/elements",
  ],
  [
    "11 blocks in a container",
    [{ type: "container", title: plain("a"), child_blocks: times(11, () => section()) }],
    "no more than 10 items allowed",
    "/blocks/0/child_blocks",
  ],
  [
    "a card in a container",
    [{ type: "container", title: plain("a"), child_blocks: [{ type: "card", body: mrkdwn("a") }] }],
    "unsupported type: card",
    "/blocks/0/child_blocks/0/type",
  ],
  [
    "a task of unknown status",
    [{ type: "task_card", task_id: "1", title: "a", status: "done" }],
    "must be one of: pending, in_progress, complete, error",
    "/blocks/0/status",
  ],
  [
    "12,001 characters of markdown",
    times(2, () => ({ type: "markdown", text: long(6001) })),
    "markdown blocks must be less than 12001 characters together",
    "/blocks",
  ],
  [
    "mrkdwn inside rich text",
    [richText({ type: "mrkdwn", text: "a" })],
    "unsupported type: mrkdwn",
    "/blocks/0/elements/0/type",
  ],
  [
    "an emoji in preformatted text",
    [richText({ type: "rich_text_preformatted", elements: [{ type: "emoji", name: "x" }] })],
    "unsupported type: emoji",
    "/blocks/0/elements/0/elements/0/type",
  ],
  [
    "an image without alt text",
    [{ type: "image", image_url: "https://a.b/c.png" }],
    "missing required field: alt_text",
    "/blocks/0",
  ],
];

describe("Block Kit refuses", () => {
  for (const [rule, blocks, message, pointer, surface = "message"] of refused) {
    test(rule, () => {
      expect(findProblems(blocks, surface)).toContainEqual({ message, pointer });
    });
  }
});

describe("Block Kit takes", () => {
  const accepted: readonly (readonly [string, readonly object[], Surface?])[] = [
    ["50 blocks", times(50, () => section())],
    ["3,000 characters in a section", [section(long(3000))]],
    [
      "a button with everything",
      [
        actions(
          button({
            value: "v",
            style: "danger",
            url: "https://a.b",
            confirm: confirm({ style: "danger" }),
            accessibility_label: "Go",
          }),
        ),
      ],
    ],
    ["an expanded section with an accessory", [{ ...section(), expand: true, accessory: button() }]],
    ["a table with settings", [{ ...table(100, 20), column_settings: [{ align: "right" }, null] }]],
    [
      "a folded container",
      [
        {
          type: "container",
          title: plain("Diff"),
          is_collapsible: true,
          default_collapsed: true,
          child_blocks: [section()],
        },
      ],
    ],
    [
      "a plan",
      [
        {
          type: "plan",
          title: "Promotion",
          tasks: [{ type: "task_card", task_id: "1", title: "Back up", status: "complete" }],
        },
      ],
    ],
    ["an alert in a modal", [{ type: "alert", level: "warning", text: mrkdwn("Live!") }], "modal"],
    [
      "inputs in a modal",
      [input({ type: "plain_text_input", multiline: true, max_length: 300 }), input(select())],
      "modal",
    ],
    [
      "a log",
      [richText({ type: "rich_text_preformatted", elements: [{ type: "text", text: "<!channel> & co" }] })],
    ],
    ["the same action_id in two blocks", [actions(button()), actions(button())]],
  ];

  for (const [what, blocks, surface = "message"] of accepted) {
    test(what, () => {
      expect(findProblems(blocks, surface)).toEqual([]);
    });
  }
});

test("characters are counted as the entities they become, and headers cost extra", () => {
  expect(countedText([section("a<b>&c"), { type: "header", text: plain("Hi") }])).toBe(
    "a&lt;b&gt;&amp;c".length + 2 + 100,
  );
  expect(countedText([section("already &amp; escaped")])).toBe("already &amp; escaped".length);
});
