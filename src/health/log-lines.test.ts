import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { excerptOf, findForbidden, linesAfterMark, logRequest, markOf, windowOf } from "./log-lines.ts";

const moment = "1700000000.123456789";
const requested = (command: string, tail = 50) => logRequest({ command, tail, forbid: [] }, moment);

describe("a log command", () => {
  test.for([
    ["docker logs shop", "docker logs --since 1700000000.123456789 --tail 400 shop"],
    [
      "docker logs --tail 20 shop 2>&1 | cat",
      "docker logs --since 1700000000.123456789 --tail 20 shop 2>&1 | cat",
    ],
    ["docker logs -n 20 shop", "docker logs --since 1700000000.123456789 -n 20 shop"],
    [
      "sudo -n docker container logs shop",
      "sudo -n docker container logs --since 1700000000.123456789 --tail 400 shop",
    ],
    ["podman logs shop", "podman logs --since 1700000000.123456789 --tail 400 shop"],
    ["journalctl -u shop", "journalctl --no-pager -q --since @1700000000.123456 -n 400 -u shop"],
    ["journalctl -u shop -n 30", "journalctl --no-pager -q --since @1700000000.123456 -u shop -n 30"],
  ] as const)("%s is asked for what came since the restart", ([command, expected]) => {
    expect(requested(command)).toEqual({ command: expected, since: "moment" });
  });

  test.for([
    "tail -n 100 app.log",
    "cat app.log",
    "docker compose logs",
    "docker logs --since 5m shop",
    "journalctl -S today",
    "my-docker logs x",
  ])("%s stays as it is, and is judged by what was there before", (command) => {
    expect(requested(command)).toEqual({ command, since: "mark" });
  });

  test("more lines are looked at than shown, and as many as are asked for", () => {
    expect([
      windowOf({ command: "", tail: 50, forbid: [] }),
      windowOf({ command: "", tail: 900, forbid: [] }),
    ]).toEqual([400, 900]);
    expect(requested("docker logs x", 900).command).toContain("--tail 900");
  });
});

describe("what came after the mark", () => {
  const newLines = (old: readonly string[], now: readonly string[]) => linesAfterMark(now, markOf(old));

  test("a log that grew has the new lines", () => {
    expect(newLines(["a", "b"], ["a", "b", "c", "d"])).toEqual(["c", "d"]);
    expect(newLines(["a", "b"], ["a", "b"])).toEqual([]);
  });

  test("a window that moved on has the new lines", () => {
    expect(newLines(["a", "b", "c"], ["b", "c", "d"])).toEqual(["d"]);
    expect(newLines(["a", "b", "c"], ["x", "y", "z"])).toEqual(["x", "y", "z"]);
  });

  test("a log that was rotated or emptied is new as a whole", () => {
    expect(newLines(["old", "Traceback"], ["started"])).toEqual(["started"]);
    expect(newLines([], ["a"])).toEqual(["a"]);
  });

  test("an error that comes again after the restart is new, one from before is not", () => {
    const before = ["listening", "Traceback", "listening"];
    expect(newLines(before, [...before, "Traceback"])).toEqual(["Traceback"]);
    expect(newLines(before, before)).toEqual([]);
  });

  test("whatever is appended to whatever log, exactly that is new", () => {
    const line = fc.constantFrom("a", "b", "Traceback", "tick");
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (old, added) => {
        expect(newLines(old, [...old, ...added])).toEqual(added);
      }),
    );
  });

  test("the mark holds nothing of the log", () => {
    expect(markOf(["password=hunter2", "b"])).toMatch(/^[0-9a-f]{8} [0-9a-f]{8}$/);
  });
});

describe("forbidden lines", () => {
  const lines = [
    "fine",
    "Traceback (most recent call last):",
    "  File x",
    "ModuleNotFoundError: polars",
    "fine",
  ];

  test("are counted by pattern", () => {
    expect(findForbidden(lines, ["Traceback", "Error:", "nothing"])).toEqual({
      seen: "1 line matches Traceback, 1 line matches Error:",
      at: [1, 3],
    });
    expect(findForbidden(lines, ["fine"]).seen).toBe("2 lines match fine");
    expect(findForbidden(lines, [])).toEqual({ seen: "", at: [] });
  });

  test("are found by their text where the pattern is none", () => {
    expect(findForbidden(["ERROR [main"], ["ERROR [main"]).at).toEqual([0]);
  });

  test("are shown with what stands around them, gaps marked", () => {
    const long = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    const shown = excerptOf(long, [5, 40], 50);
    expect(shown.slice(0, 3)).toEqual(["line 3", "line 4", "line 5"]);
    expect(shown).toContain("…");
    expect(shown.indexOf("line 38")).toBe(shown.indexOf("…") + 1);
    expect(shown.length).toBeLessThanOrEqual(41);
  });

  test("without any, the last lines are shown, never more than are asked for", () => {
    expect(excerptOf(["a", "", "b", "c"], [], 2)).toEqual(["b", "c"]);
    expect(
      excerptOf(
        Array.from({ length: 500 }, () => "x".repeat(5000)),
        [],
        1000,
      ),
    ).toHaveLength(40);
    expect(excerptOf(["x".repeat(5000)], [], 5)[0]).toHaveLength(300);
  });
});
