// A row of things to press or choose.

import { type ComponentChildren, Fragment, h } from "preact";
import { asText, fieldsIn } from "../../fields.ts";
import { Element } from "../element.ts";
import type { BlockProps } from "./block-props.ts";

export function Actions({ block }: BlockProps): ComponentChildren {
  const elements = fieldsIn(block.elements).map((element) =>
    h(Element, { block, element, key: asText(element.action_id) ?? "" }),
  );
  return h(Fragment, null, elements);
}
