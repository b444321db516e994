import { expect, test } from "vitest";
import { configurationPage } from "./configuration-page.ts";
import { type Shape, shapeOfConfig } from "./mistakes.ts";

// `npm run docs` is this test with --update.
test("docs/configuration.md is what the schema says", async () => {
  await expect(configurationPage()).toMatchFileSnapshot("../../docs/configuration.md");
});

test("every key says what it is for", () => {
  const silent: string[] = [];
  const visit = (path: string, shape: Shape): void => {
    for (const [key, value] of Object.entries(shape.properties ?? {})) {
      if (value.description === undefined) silent.push(`${path}.${key}`);
      visit(`${path}.${key}`, value);
    }
    for (const inner of [shape.items, shape.additionalProperties, ...(shape.anyOf ?? [])]) {
      if (inner !== undefined && inner !== false) visit(path, inner);
    }
  };
  visit("", shapeOfConfig);
  expect(silent).toEqual([]);
});
