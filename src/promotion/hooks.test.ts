import { describe, expect, test } from "vitest";
import type { AppConfig, HookConfig } from "../config/config.ts";
import type { Change } from "../tree/plan.ts";
import { dueHooks } from "./hooks.ts";

const hook = (run: string, ...when: string[]): HookConfig => ({ run, when, timeoutSeconds: 60 });
const hooks: AppConfig["hooks"] = {
  "after-swap": [hook("uv sync", "uv.lock", "pyproject.toml"), hook("npm ci", "web/package-lock.json")],
  "before-restart": [hook("touch always"), hook("build docs", "docs/")],
  "after-health": [hook("purge the cache", "*.css")],
};
const file = { type: "file", mode: 0o644, size: 1, mtime: "0", identity: "1" } as const;
const counts = { linesAdded: 0, linesRemoved: 0, binary: false };
const changed = (path: string): Change => ({ ...counts, kind: "change", path, before: file, after: file });
const runs = (...changes: Change[]): string[] =>
  dueHooks(hooks, ["after-swap", "before-restart", "after-health"], changes).map((due) => due.hook.run);

describe("the hooks that a set of changes calls for", () => {
  test("are those without `when`, whatever changed", () => {
    expect(runs()).toEqual(["touch always"]);
    expect(runs(changed("main.py"))).toEqual(["touch always"]);
  });

  test("and those of which one pattern names one changed path, with the meaning of ignore patterns", () => {
    expect(runs(changed("uv.lock"))).toEqual(["uv sync", "touch always"]);
    expect(runs(changed("docs/a/b.txt"))).toEqual(["touch always", "build docs"]);
    expect(runs(changed("package-lock.json"))).toEqual(["touch always"]);
    expect(runs(changed("web/package-lock.json"), changed("web/deep/a.css"))).toEqual([
      "npm ci",
      "touch always",
      "purge the cache",
    ]);
  });

  test("count a path that comes or goes", () => {
    const removed: Change = { ...counts, kind: "remove", path: "uv.lock", before: file };
    expect(runs(removed)).toEqual(["uv sync", "touch always"]);
    const directory = { type: "directory", mode: 0o755, mtime: "0" } as const;
    expect(runs({ ...counts, kind: "remove", path: "docs", before: directory })).toContain("build docs");
  });

  test("keep the name of their job while their command is the same, and get another with another command", () => {
    const [first] = dueHooks(hooks, ["after-swap"], [changed("uv.lock")]);
    const [again] = dueHooks(hooks, ["after-swap"], [changed("pyproject.toml")]);
    expect(again?.key).toBe(first?.key);
    const edited = { ...hooks, "after-swap": [hook("uv sync --frozen", "uv.lock")] };
    expect(dueHooks(edited, ["after-swap"], [changed("uv.lock")])[0]?.key).not.toBe(first?.key);
    expect(first?.key).toMatch(/^after-swap-1-[0-9a-f]{8}$/);
  });
});
