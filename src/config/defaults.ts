// What holds where a person wrote nothing, in the words they would have written.

/** Left out on both sides of every app, before the app's own `ignore`. */
export const builtInIgnore = ["__pycache__/", "*.pyc", ".git/", ".venv/", "node_modules/"] as const;

/** The checks whose level an app can choose, by the name they have in `checks:` and in messages. */
export const checkNames = [
  "layout-reference",
  "imports",
  "dependencies",
  "lock-file",
  "deletions",
  "secrets",
  "special-files",
  "preprod-health",
  "disk-space",
  "replaceable",
] as const;

export type CheckName = (typeof checkNames)[number];

export const defaults = {
  locale: "en",
  history: "365d",
  transport: "ssh",
  transfer: "auto",
  backup: { keep: 10, compression: "auto" },
  hook: { timeout: "5m" },
  restart: { mode: "restart", timeout: "5m" },
  health: {
    "start-period": "0s",
    deadline: "2m",
    successes: 1,
    interval: "2s",
    http: { timeout: "10s" },
    logs: { tail: 50 },
  },
  ownCheck: { level: "block", timeout: "60s" },
  preprodHealth: { deadline: "30s" },
  approval: { required: 1, "by-requester": false, expires: "1h" },
} as const;
