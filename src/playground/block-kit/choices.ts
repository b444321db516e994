// Menus, check boxes, radio buttons and pickers.

import { anything, both, type Check, flag, listOf, pattern, shape, text, type, whole } from "./schema.ts";
import { anyText, confirm, menuFields, menuOptions, option, options, plainText } from "./text-objects.ts";

const common = { action_id: text(255), confirm, focus_on_load: flag };
const placeholder = { placeholder: plainText(150) };
const many = { max_selected_items: whole(1, 1000) };
const ids = listOf(text(50), { min: 0, max: 1000 });

const filter = shape(
  {},
  { include: listOf(text(20), { max: 4 }), exclude_external_shared_channels: flag, exclude_bot_users: flag },
);
const conversations = {
  ...placeholder,
  default_to_current_conversation: flag,
  filter,
};

export const choices: Readonly<Record<string, Check>> = {
  static_select: both(
    shape({ type }, { ...common, ...placeholder, ...menuFields, initial_option: option() }),
    menuOptions,
  ),
  multi_static_select: both(
    shape({ type }, { ...common, ...placeholder, ...many, ...menuFields, initial_options: options(100) }),
    menuOptions,
  ),
  external_select: shape(
    { type },
    { ...common, ...placeholder, initial_option: option(), min_query_length: whole(0, 100) },
  ),
  multi_external_select: shape(
    { type },
    { ...common, ...placeholder, ...many, initial_options: options(100), min_query_length: whole(0, 100) },
  ),
  users_select: shape({ type }, { ...common, ...placeholder, initial_user: text(50) }),
  multi_users_select: shape({ type }, { ...common, ...placeholder, ...many, initial_users: ids }),
  conversations_select: shape(
    { type },
    { ...common, ...conversations, initial_conversation: text(50), response_url_enabled: flag },
  ),
  multi_conversations_select: shape(
    { type },
    { ...common, ...conversations, ...many, initial_conversations: ids },
  ),
  channels_select: shape(
    { type },
    { ...common, ...placeholder, initial_channel: text(50), response_url_enabled: flag },
  ),
  multi_channels_select: shape({ type }, { ...common, ...placeholder, ...many, initial_channels: ids }),
  checkboxes: shape(
    { type, options: options(10, anyText) },
    { ...common, initial_options: options(10, anyText) },
  ),
  radio_buttons: shape(
    { type, options: options(10, anyText) },
    { ...common, initial_option: option(anyText) },
  ),
  overflow: shape({ type, options: options(5) }, { action_id: text(255), confirm }),
  datepicker: shape(
    { type },
    { ...common, ...placeholder, initial_date: pattern(/^\d{4}-\d{2}-\d{2}$/, "date") },
  ),
  timepicker: shape(
    { type },
    { ...common, ...placeholder, initial_time: pattern(/^\d{2}:\d{2}$/, "time"), timezone: text(100) },
  ),
  datetimepicker: shape({ type }, { ...common, initial_date_time: whole(1_000_000_000, 9_999_999_999) }),
};

const dispatch = shape({}, { trigger_actions_on: listOf(text(40), { max: 2 }) });
const typed = { action_id: text(255), focus_on_load: flag, dispatch_action_config: dispatch, ...placeholder };

export const typedInputs: Readonly<Record<string, Check>> = {
  plain_text_input: shape(
    { type },
    {
      ...typed,
      initial_value: text(3000, 0),
      multiline: flag,
      min_length: whole(0, 3000),
      max_length: whole(1, 3000),
    },
  ),
  email_text_input: shape({ type }, { ...typed, initial_value: text(3000, 0) }),
  url_text_input: shape({ type }, { ...typed, initial_value: text(3000, 0) }),
  number_input: shape(
    { type, is_decimal_allowed: flag },
    { ...typed, initial_value: text(100, 0), min_value: text(100, 0), max_value: text(100, 0) },
  ),
  rich_text_input: shape(
    { type },
    { ...typed, initial_value: anything, min_lines: whole(1, 100), max_lines: whole(1, 100) },
  ),
  file_input: shape(
    { type },
    { action_id: text(255), filetypes: listOf(text(20), { max: 100 }), max_files: whole(1, 10) },
  ),
};
