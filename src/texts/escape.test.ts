import fc from "fast-check";
import { expect, test } from "vitest";
import { clipMrkdwn, codeMrkdwn, escapeMrkdwn, slackDate } from "./escape.ts";

test("nothing escaped can ping or link", () => {
  expect(escapeMrkdwn("<!channel> & <@U1> <http://x|y>")).toBe(
    "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;http://x|y&gt;",
  );
  fc.assert(fc.property(fc.string(), (text) => !/[<>]/.test(escapeMrkdwn(text))));
});

test("a name in code cannot end the code", () => {
  expect(codeMrkdwn("a`*b*`")).toBe("`aˋ*b*ˋ`");
  expect(codeMrkdwn("")).toBe("` `");
});

test.each([
  ["a &amp; b", 6, "a …"],
  ["hello <@U123> there", 12, "hello …"],
  ["hello <@U123> there", 15, "hello <@U123> …"],
  ["short", 10, "short"],
  ["ab🎉🎉", 4, "ab…"],
])("%j clipped to %i is %j", (text, max, clipped) => {
  expect(clipMrkdwn(text, max)).toBe(clipped);
});

test("clipping never leaves half an entity, half a mention or half a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 60 }), (text, max) => {
      const clipped = clipMrkdwn(`${escapeMrkdwn(text)} <@U1> ${escapeMrkdwn(text)}`, max);
      expect(clipped.length).toBeLessThanOrEqual(max);
      expect(clipped.isWellFormed()).toBe(true);
      expect(clipped.replaceAll("<@U1>", "").replaceAll(/&(amp|lt|gt);/g, "")).not.toMatch(/[<>&]/);
    }),
  );
});

test("a moment is shown in the reader's own zone, with UTC as the fallback", () => {
  expect(slackDate("2026-11-22T07:22:12.345Z", "time")).toBe(
    "<!date^1795332132^{time}|2026-11-22 07:22 UTC>",
  );
  expect(slackDate("<bad>")).toBe("&lt;bad&gt;");
});
