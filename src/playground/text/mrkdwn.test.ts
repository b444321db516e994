import { describe, expect, test } from "vitest";
import { parseMrkdwn } from "./mrkdwn.ts";
import { mrkdwnText, type Reader } from "./reader.ts";
import { formatDate } from "./slack-date.ts";

const noon = Date.UTC(2026, 10, 22, 12) / 1000;
const reader: Reader = {
  locale: "en-US",
  timezone: "UTC",
  now: noon * 1000,
  people: { U1: "ana" },
  groups: { S1: "release" },
  channels: { C1: "kitchen" },
};
const french: Reader = { ...reader, locale: "fr-FR", timezone: "Europe/Paris" };

describe("mrkdwn reads as", () => {
  test.each([
    ["*bold* _italic_ ~gone~ `code`", "bold italic gone code"],
    ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
    ["* not bold *", "* not bold *"],
    ["<@U1> <!subteam^S1> <#C1> <!here>", "@ana @release #kitchen @here"],
    ["<@U9|eve> <#C9|attic> <@U8>", "@eve #attic @U8"],
    ["a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"],
    ["<https://a.b/c|the *log*> <https://a.b>", "the log https://a.b"],
    [":rocket: :unheard_of:", "🚀 :unheard_of:"],
    ["before\n```\n*raw* <@U1>\n```\nafter", "before\n*raw* <@U1>\nafter"],
    ["&gt; quoted\n&gt; twice\nplain", "| quoted\n| twice\nplain"],
  ])("%j", (source, text) => {
    expect(mrkdwnText(source, reader)).toBe(text);
  });

  test("nothing escaped can become a mention", () => {
    expect(parseMrkdwn("&lt;!channel&gt;")).toEqual([
      { kind: "lines", children: [{ kind: "text", text: "<!channel>" }] },
    ]);
  });

  test("an address becomes a link unless the text is verbatim", () => {
    expect(parseMrkdwn("see https://a.b/c.")).toEqual([
      {
        kind: "lines",
        children: [
          { kind: "text", text: "see " },
          { kind: "link", url: "https://a.b/c", label: [] },
          { kind: "text", text: "." },
        ],
      },
    ]);
    expect(parseMrkdwn("see https://a.b/c.", { verbatim: true })).toEqual([
      { kind: "lines", children: [{ kind: "text", text: "see https://a.b/c." }] },
    ]);
  });
});

describe("dates are written for the reader", () => {
  test("in their zone and language", () => {
    const source = `<!date^${noon}^{date_long} {time}|fallback>`;
    expect(mrkdwnText(source, reader).replaceAll("\u202f", " ")).toBe("Sunday, November 22, 2026 12:00 PM");
    expect(mrkdwnText(source, french)).toBe("dimanche 22 novembre 2026 13:00");
  });

  test("by their distance when that is prettier", () => {
    expect(formatDate(noon, "{date_short_pretty}", reader)).toBe("today");
    expect(formatDate(noon - 86_400, "{date_pretty}", french)).toBe("hier");
    expect(formatDate(noon - 3 * 86_400, "{date_short_pretty}", reader)).toBe("Nov 19, 2026");
    expect(formatDate(noon - 240, "{ago}", reader)).toBe("4 minutes ago");
  });

  test("by the fallback when the token is broken", () => {
    expect(mrkdwnText("<!date^soon^{time}|some day>", reader)).toBe("some day");
  });
});
