import { expect, test } from "vitest";
import { browserCommand } from "./open-browser.ts";

const desk = {
  platform: "linux",
  env: { DISPLAY: ":0" },
  terminal: true,
  installed: () => true,
} as const;

test("a person at the machine gets the page opened", () => {
  expect(browserCommand(desk)).toEqual(["xdg-open"]);
  expect(browserCommand({ ...desk, env: { WAYLAND_DISPLAY: "wayland-0" } })).toEqual(["xdg-open"]);
  expect(browserCommand({ ...desk, platform: "darwin", env: {} })).toEqual(["open"]);
});

test.each([
  ["output goes to a file", { terminal: false }],
  ["there is no screen", { env: {} }],
  ["the machine is reached over SSH", { env: { DISPLAY: ":0", SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" } }],
  ["it runs in CI", { env: { DISPLAY: ":0", CI: "1" } }],
  ["the person said so", { env: { DISPLAY: ":0", BROWSER: "none" } }],
  ["nothing could open it", { installed: () => false }],
])("no browser is opened where %s", (_, parts) => {
  expect(browserCommand({ ...desk, ...parts })).toBeUndefined();
});
