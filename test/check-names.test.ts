// The names that `checks:` understands are those that the checks have.

import { expect, test } from "vitest";
import { allChecks } from "../src/checks/run-checks.ts";
import { checkNames } from "../src/config/defaults.ts";

test("every check that can be turned down has its name in the configuration", () => {
  const configurable = allChecks.filter((check) => check.always !== true).map((check) => check.id);
  expect(configurable.filter((id) => !(checkNames as readonly string[]).includes(id))).toEqual([]);
});
