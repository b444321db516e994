// Everything that is pressed.

import { type Check, choice, listOf, shape, text, type, url } from "./schema.ts";
import { confirm, plainText } from "./text-objects.ts";

export const button: Check = shape(
  { type, text: plainText(75) },
  {
    action_id: text(255),
    value: text(2000),
    url: url(),
    style: choice("primary", "danger"),
    confirm,
    accessibility_label: text(75),
  },
);

export const workflowButton: Check = shape(
  {
    type,
    text: plainText(75),
    workflow: shape({ trigger: shape({ url: url() }, { customizable_input_parameters: () => {} }) }),
  },
  { action_id: text(255), style: choice("primary", "danger"), accessibility_label: text(75) },
);

export const iconButton: Check = shape(
  { type, text: plainText(75), icon: choice("trash") },
  {
    action_id: text(255),
    value: text(2000),
    confirm,
    accessibility_label: text(75),
    visible_to_user_ids: listOf(text(50), { max: 50 }),
  },
);

const feedback: Check = shape({ text: plainText(75), value: text(2000) }, { accessibility_label: text(75) });

export const feedbackButtons: Check = shape(
  { type, positive_button: feedback, negative_button: feedback },
  { action_id: text(255) },
);
