import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change } from "../../tree/plan.ts";
import { fileList } from "./file-list.ts";
import { change, english } from "./sample-records.ts";
import { shareRows } from "./share-rows.ts";

const file = (size: number, mode = 0o644) =>
  ({ type: "file", mode, size, mtime: "1795300000.000000000", identity: `1:${size}` }) as const;
const added = (path: string, linesAdded: number, size: number) =>
  change("add", path, { after: file(size), linesAdded });
const phone = { rows: 24, width: 40 };

test("a plan reads by directory, the riskiest first, with the seed's categories and both counts", () => {
  const changes: readonly Change[] = [
    change("change", "streamlit/main.py", {
      ...{ before: file(17_408), after: file(33_792), linesAdded: 380, linesRemoved: 47 },
    }),
    change("add", "streamlit/utils", { after: { type: "directory", mode: 0o755, mtime: "0" } }),
    added("streamlit/utils/__init__.py", 4, 132),
    added("streamlit/utils/chart_theme.py", 169, 4505),
    added("streamlit/utils/colors.py", 207, 6451),
    added("streamlit/visualization/analyse_trendlines_v2.py", 1600, 76_800),
    added("streamlit/visualization/analyse_weekend.py", 1004, 41_984),
    change("remove", "streamlit/old/a.css", { before: file(812), linesRemoved: 25 }),
    change("mode", "streamlit/run.sh", { before: file(9, 0o644), after: file(9, 0o755) }),
    change("type", "streamlit/logo.png", {
      before: { type: "link", target: "x", mtime: "0" },
      after: file(10_700),
    }),
  ];
  expect(`\n${fileList(english, changes, phone)}\n`).toMatchInlineSnapshot(`
    "
    - streamlit/old/a.css        −25   812 B
    streamlit/              3 files, 43.5 KB
     ! logo.png                  link → file
     ~ main.py              +380 −47   33 KB
     ~ run.sh                    0644 → 0755
    streamlit/visualization/   2 new, 116 KB
     + analyse…rendlines_v2.py +1600   75 KB
     + analyse_weekend.py      +1004   41 KB
    streamlit/utils/          3 new, 10.8 KB
     + colors.py                +207  6.3 KB
     + chart_theme.py           +169  4.4 KB
     + __init__.py                +4   132 B
    "
  `);
});

test("thousands of files keep to their lines: the first directories show what they hold, the rest is counted", () => {
  const changes = Array.from({ length: 5000 }, (_, index) =>
    added(`app/pages/${String(index % 100).padStart(2, "0")}/page_${index}.py`, 5, 100),
  );
  expect(
    `\n${fileList(english, [...changes, change("remove", "app/old.py", { before: file(3) })], phone)}\n`,
  ).toMatchInlineSnapshot(`
    "
    - app/old.py                         3 B
    app/pages/00/             50 new, 4.9 KB
     + page_0.py                  +5   100 B
     + page_100.py                +5   100 B
     + page_1000.py               +5   100 B
     … 47 more
    app/pages/01/             50 new, 4.9 KB
     + page_1.py                  +5   100 B
     + page_1001.py               +5   100 B
     + page_101.py                +5   100 B
     … 47 more
    app/pages/02/             50 new, 4.9 KB
    app/pages/03/             50 new, 4.9 KB
    app/pages/04/             50 new, 4.9 KB
    app/pages/05/             50 new, 4.9 KB
    app/pages/06/             50 new, 4.9 KB
    app/pages/07/             50 new, 4.9 KB
    app/pages/08/             50 new, 4.9 KB
    app/pages/09/             50 new, 4.9 KB
    app/pages/10/             50 new, 4.9 KB
    app/pages/11/             50 new, 4.9 KB
    app/pages/12/             50 new, 4.9 KB
    app/pages/13/             50 new, 4.9 KB
    … 4,300 more in 86 directories
    "
  `);
});

test("no line is wider than the screen and none acts, whatever a file is called", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 80 }),
    fc.constantFrom("a/b\nc", "x\u202ey", "```", "-rf", "名".repeat(90), "\udcff".repeat(30)),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.nat({ max: 99_999 })), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 3, max: 30 }),
      (files, rows) => {
        const changes = files.map(([path, lines]) => added(path, lines, lines * 40));
        const shown = fileList(english, changes, { rows, width: 40 }).split("\n");
        expect(shown.length).toBeLessThanOrEqual(rows);
        for (const line of shown) {
          expect([...line].length).toBeLessThanOrEqual(44);
          expect(line).not.toMatch(/[\u0000-\u001f\u202e\udc80-\udcff]/u);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("rows are shared so that they are enough, and none is given to a group that is left out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 3, max: 60 }),
      (counts, rows) => {
        const shares = shareRows(counts, rows);
        const used = shares.reduce((sum, share, index) => {
          const count = counts[index] ?? 0;
          expect(share).toBeLessThanOrEqual(count);
          return sum + (count === 1 ? 1 : 1 + share + (share > 0 && share < count ? 1 : 0));
        }, 0);
        expect(used + (shares.length < counts.length ? 1 : 0)).toBeLessThanOrEqual(rows);
      },
    ),
  );
});
