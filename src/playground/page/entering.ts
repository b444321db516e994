// How what is pressed or entered reaches the app: after a confirmation, at once or with the rest of its form.

import { asFields, asText, type Fields, fieldsIn } from "../fields.ts";
import type { BlockPlace, Surroundings } from "./surroundings.ts";

export type ElementProps = {
  readonly block: Fields;
  readonly element: Fields;
  /** For the label of a form. */
  readonly id?: string;
  readonly described?: string;
  readonly invalid?: boolean;
};

export async function confirmed(surroundings: Surroundings, element: Fields): Promise<boolean> {
  const question = asFields(element.confirm);
  return question === undefined || surroundings.confirm(question);
}

/** Keeps what was entered for the form, or tells the app at once where there is no form or the form says so. */
export async function entered(
  surroundings: Surroundings,
  place: BlockPlace,
  { block, element }: ElementProps,
  values: readonly string[],
): Promise<void> {
  const atOnce = place.enter === undefined || block.type !== "input" || block.dispatch_action === true;
  place.enter?.(asText(block.block_id) ?? "", asText(element.action_id) ?? "", values);
  if (!atOnce || !(await confirmed(surroundings, element))) return;
  await surroundings.act({
    act: "choose",
    ...place.target,
    block: block.block_id,
    action: element.action_id,
    values,
  });
}

export function heldState(place: BlockPlace, block: Fields, element: Fields): Fields {
  return (
    asFields(asFields(place.values[asText(block.block_id) ?? ""])?.[asText(element.action_id) ?? ""]) ?? {}
  );
}

export function optionsIn(element: Fields): readonly Fields[] {
  return [
    ...fieldsIn(element.options),
    ...fieldsIn(element.option_groups).flatMap((group) => fieldsIn(group.options)),
  ];
}
