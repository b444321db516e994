// The least configuration there is, and what is wrong with variations of it; for tests.

import { parseConfig } from "../src/config/read-config.ts";
import { isFailure } from "../src/errors.ts";

export const least = {
  head: "apps:\n  shop:\n    channel: C012345",
  preprod: "    preprod: { host: local, root: /srv/shop/preprod }",
  prod: "    prod: { host: local, root: /srv/shop/prod }",
  paths: "    paths: [{ from: src/, to: app/ }]",
  approval: "    approval: { approvers: [U0ANA, U0BO] }",
  more: "",
};

/** The least configuration there is, with some of its lines written otherwise. */
export function written(other: Partial<typeof least> = {}): string {
  return `${Object.values({ ...least, ...other }).join("\n")}\n`;
}

export function mistakesIn(text: string): readonly string[] {
  try {
    parseConfig("/etc/passerelle.yml", text);
    return [];
  } catch (error) {
    if (!isFailure(error, "config-invalid")) throw error;
    return error.details["mistakes"] as readonly string[];
  }
}
