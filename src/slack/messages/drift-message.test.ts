import { describe, expect, test } from "vitest";
import type { Plan } from "../../tree/plan.ts";
import { fits } from "./budget.ts";
import { driftMessage } from "./drift-message.ts";
import { planMessage } from "./plan-message.ts";
import { approval, english, french, plan, restart } from "./sample-records.ts";

const since = "2026-11-18T07:25:00.000Z";
const drift: Plan["drift"] = [
  { path: "streamlit/main.py", was: "changed", since },
  { path: "streamlit/notes.txt", was: "added", since },
];
const shown = (message: unknown): string => JSON.stringify(message);

describe("what the watch found", () => {
  test("is told with each file, since when, and the way to the plan and to the patch", () => {
    const message = driftMessage(english, { id: "kitchen:1", app: "kitchen", at: since, drift });
    expect(message.text).toBe("Somebody changed PROD of kitchen by hand: 2 files.");
    const text = shown(message.blocks);
    expect(text).toContain("`streamlit/main.py` (changed)");
    expect(text).toContain("`streamlit/notes.txt` (added)");
    expect(text).toContain('"action_id":"plan.refresh","value":"app:kitchen"');
    expect(text).toContain('"action_id":"plan.drift_patch","value":"app:kitchen"');
  });

  test("fits into a message, however much it is and however it is called", () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({
      path: `<!channel>\`${"é/".repeat(300)}${index}`,
      was: "removed" as const,
      since,
    }));
    const message = driftMessage(french, {
      id: `kitchen:${"1".repeat(300)}`,
      app: "kitchen",
      at: since,
      drift: many,
    });
    expect(fits(message)).toBe(true);
    expect(shown(message)).not.toContain("<!channel>");
  });
});

test("a plan tells apart what it overwrites from what it leaves alone, and offers the patch", () => {
  const message = planMessage(english, {
    plan: { ...plan, drift },
    decisions: [],
    approval,
    restart,
    last: undefined,
  } as Parameters<typeof planMessage>[1]);
  const text = shown(message.blocks);
  expect(text).toMatch(/this plan overwrites, removes or undoes that: `streamlit\/main\.py` \(changed\)/);
  expect(text).toMatch(/this plan leaves it alone: `streamlit\/notes\.txt` \(added\)/);
  expect(text).toContain(`"action_id":"plan.drift_patch","value":"${plan.id}"`);
  expect(
    shown(
      planMessage(english, { plan, decisions: [], approval, restart, last: undefined } as Parameters<
        typeof planMessage
      >[1]),
    ),
  ).not.toContain("plan.drift_patch");
});
