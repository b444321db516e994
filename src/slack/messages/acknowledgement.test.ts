import { expect, test } from "vitest";
import type { Plan } from "../../tree/plan.ts";
import { approveButton, toAcknowledge } from "./acknowledgement.ts";
import { change, english, french, plan } from "./sample-records.ts";

const at = { files: 3, restarts: "web" };
const drift: Plan["drift"] = [
  { path: "streamlit/main.py", was: "changed", since: plan.createdAt },
  { path: "streamlit/notes.txt", was: "added", since: plan.createdAt },
];
const many: Plan["checks"] = [
  { id: "deletions", level: "warn", message: "40 of PROD's 100 mapped files would be removed", where: [] },
];

test("a plan that only brings and removes a little asks for nothing more than itself", () => {
  expect(toAcknowledge(plan)).toEqual([]);
  const { text, style, confirm } = approveButton(english, plan, at);
  expect([text.text, style, confirm?.title?.text]).toEqual([
    "Approve & promote",
    "primary",
    "Promote 3 files to PROD?",
  ]);
});

test("only drift that the plan writes over has to be acknowledged", () => {
  expect(toAcknowledge({ ...plan, drift })).toEqual([{ kind: "overwrite", paths: ["streamlit/main.py"] }]);
  const { text, style, confirm } = approveButton(english, { ...plan, drift }, at);
  expect([text.text, style, confirm?.title?.text, confirm?.confirm?.text]).toEqual([
    "Approve & overwrite",
    "danger",
    "Overwrite 1 file changed in PROD?",
    "Promote & overwrite",
  ]);
  expect(confirm?.text?.text).toMatch(/^Changed in PROD by hand, and is overwritten: streamlit\/main\.py\. /);
});

test("a large share of PROD that goes has to be acknowledged in words of its own", () => {
  const paths = Array.from({ length: 40 }, (_, index) => `streamlit/pages/${index}.py`);
  const large = { ...plan, changes: paths.map((path) => change("remove", path)), checks: many };
  const { text, confirm } = approveButton(french, large, at);
  expect([text.text, confirm?.title?.text]).toEqual([
    "Approuver et supprimer",
    "Supprimer 40 chemins de PROD ?",
  ]);
  expect(confirm?.text?.text).toContain("streamlit/pages/0.py et streamlit/pages/1.py et 38 autres.");
});

test("both at once are asked for together, within Slack's limits", () => {
  const long = "é/".repeat(200);
  const both: Plan = {
    ...plan,
    drift: [{ path: long, was: "changed", since: plan.createdAt }],
    changes: [change("change", long), change("remove", `${long}x`)],
    checks: many,
  };
  const { text, confirm } = approveButton(french, both, { files: 5000, restarts: "x".repeat(400) });
  expect(text.text).toBe("Approuver, écraser et supprimer");
  expect(text.text.length).toBeLessThanOrEqual(75);
  expect(confirm?.title?.text.length).toBeLessThanOrEqual(100);
  expect(confirm?.text?.text.length).toBeLessThanOrEqual(300);
  expect(confirm?.confirm?.text.length).toBeLessThanOrEqual(30);
});
