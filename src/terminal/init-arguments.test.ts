// What may be typed after `passerelle init`.

import { expect, test } from "vitest";
import { parseCommand } from "./arguments.ts";

test("every option of `init` arrives, ids also in one list", () => {
  const typed =
    "init --preprod a --prod h:b --app shop --channel C012 --approver U1A,S2B --approver U3C --approver U1A --path src/:app/ --locale fr --force --json";
  expect(parseCommand(typed.split(" "))).toEqual({
    ok: true,
    command: {
      name: "init",
      preprod: "a",
      prod: "h:b",
      app: "shop",
      channel: "C012",
      approvers: ["U1A", "S2B", "U3C"],
      paths: [{ from: "src", to: "app", isDirectory: true }],
      locale: "fr",
      force: true,
      json: true,
    },
  });
});

test.each([
  [["--app", "a b"], "'a b' is no name for an app"],
  [["--app", "-x"], "--app"],
  [["--channel", "#kitchen"], "'#kitchen' is not a channel's id"],
  [["--channel", ""], "'' is not a channel's id"],
  [["--approver", "@ana"], "'@ana' is not the id"],
  [["--path", "src"], "'src' is not FROM:TO"],
  [["--path", "src/:/app/"], "is not FROM:TO"],
  [["--locale", "de"], "'de' is not a language"],
  [["kitchen"], "kitchen"],
  [["--preprod"], "--preprod"],
])("`init %j` is refused in words that name what is wrong", (args, said) => {
  const parsed = parseCommand(["init", ...args]);
  expect(parsed).toMatchObject({ ok: false, why: "wrong-options" });
  expect(parsed.ok ? "" : parsed.said).toContain(said);
});
