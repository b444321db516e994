// The blocks that every surface knows, and what each surface refuses.

import { asFields, fieldsIn } from "../fields.ts";
import { button, feedbackButtons, iconButton, workflowButton } from "./buttons.ts";
import { card, carousel, container, plan, taskCard } from "./cards.ts";
import { choices, typedInputs } from "./choices.ts";
import { richText } from "./rich-text.ts";
import {
  both,
  byType,
  type Check,
  choice,
  flag,
  listOf,
  report,
  type Surface,
  shape,
  text,
  type,
  url,
} from "./schema.ts";
import { dataTable, table } from "./tables.ts";
import { anyText, imageBlock, imageElement, mrkdwn, plainText } from "./text-objects.ts";

const block_id = text(255);

const pressed = { button, workflow_button: workflowButton };
const accessory = byType({ ...pressed, ...choices, image: imageElement });
const actionElement = byType({
  ...pressed,
  ...choices,
  rich_text_input: typedInputs["rich_text_input"] ?? button,
});

const inputElement = (() => {
  const { overflow: _notAnInput, ...chosen } = choices;
  return byType({ ...chosen, ...typedInputs });
})();

const sectionHasText: Check = (value, pointer, context) => {
  const section = asFields(value) ?? {};
  if (section["text"] === undefined && section["fields"] === undefined) {
    report(context, "missing required field: text", pointer);
  }
};

const section: Check = both(
  shape(
    { type },
    { block_id, text: anyText(3000), fields: listOf(anyText(2000), { max: 10 }), accessory, expand: flag },
  ),
  sectionHasText,
);

/** Two elements of one block with the same action_id could not be told apart. */
const distinctActions: Check = (value, pointer, context) => {
  const seen = new Set<unknown>();
  fieldsIn(asFields(value)?.["elements"]).forEach((element, index) => {
    const id = element["action_id"];
    if (id === undefined) return;
    if (seen.has(id))
      report(context, `duplicate action_id: ${String(id)}`, `${pointer}/elements/${index}/action_id`);
    seen.add(id);
  });
};

const actions: Check = both(
  shape({ type, elements: listOf(actionElement, { max: 25 }) }, { block_id }),
  distinctActions,
);
const header: Check = shape({ type, text: plainText(150) }, { block_id });
const divider: Check = shape({ type }, { block_id });
const context: Check = shape(
  {
    type,
    elements: listOf(byType({ image: imageElement, mrkdwn: mrkdwn(3000), plain_text: plainText(3000) }), {
      max: 10,
    }),
  },
  { block_id },
);
const input: Check = shape(
  { type, label: plainText(2000), element: inputElement },
  { block_id, hint: plainText(2000), optional: flag, dispatch_action: flag },
);
const video: Check = shape(
  { type, alt_text: text(2000), title: plainText(200), thumbnail_url: url(), video_url: url() },
  {
    block_id,
    author_name: text(50),
    description: plainText(200),
    provider_icon_url: url(),
    provider_name: text(50),
    title_url: url(),
  },
);
const markdown: Check = shape({ type, text: text(12_000) }, { block_id });
const alert: Check = shape(
  { type, text: anyText(200) },
  { block_id, level: choice("default", "info", "warning", "error", "success") },
);
const contextActions: Check = shape(
  {
    type,
    elements: listOf(byType({ feedback_buttons: feedbackButtons, icon_button: iconButton }), { max: 5 }),
  },
  { block_id },
);

const everywhere = {
  section,
  actions,
  header,
  divider,
  context,
  input,
  video,
  image: imageBlock,
  rich_text: richText,
};

const inMessages: Readonly<Record<string, Check>> = {
  ...everywhere,
  table,
  data_table: dataTable,
  markdown,
  card,
  carousel,
  task_card: taskCard,
  plan,
  context_actions: contextActions,
  container: container({ ...everywhere, table }),
};

export const blocksOf: Readonly<Record<Surface, Readonly<Record<string, Check>>>> = {
  message: inMessages,
  modal: { ...everywhere, alert },
  home: everywhere,
};

export const blockLimit: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };
