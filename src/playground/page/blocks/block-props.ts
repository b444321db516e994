// What every block component is given.

import type { ComponentType } from "preact";
import type { Fields } from "../../fields.ts";

export type BlockProps = {
  readonly block: Fields;
  /** Draws the blocks inside this one; handed down so that containers need not import what imports them. */
  readonly nested: ComponentType<{ blocks: unknown }>;
};
