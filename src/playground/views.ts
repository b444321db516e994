// Modals and Home tabs: what is open for whom, and what has been filled in.

import { randomBytes } from "node:crypto";
import { completed } from "./block-kit.ts";
import { asFields, asList, asText, type Fields, fieldsIn } from "./fields.ts";
import { elementsIn } from "./messages.ts";
import type { State, View } from "./state.ts";

export const stackLimit = 3;

export function openModal(state: State, userId: string, content: Fields): View {
  const stack = state.modals.get(userId) ?? [];
  const id = newId();
  const view: View = {
    id,
    kind: "modal",
    user: userId,
    content: withCompleteBlocks(content),
    hash: newHash(state),
    rootId: stack[0]?.id ?? id,
    previousId: stack.at(-1)?.id,
    values: new Map(),
    errors: new Map(),
  };
  view.values = initialValues(view.content, new Map());
  state.modals.set(userId, [...stack, view]);
  state.news.tell({ type: "modal", user: userId, view: id });
  return view;
}

export function replaceContent(state: State, view: View, content: Fields): void {
  view.content = withCompleteBlocks(content);
  view.hash = newHash(state);
  view.errors = new Map();
  view.values = initialValues(view.content, view.values);
  state.news.tell({ type: view.kind, user: view.user, view: view.id });
}

export function publishHome(state: State, userId: string, content: Fields): View {
  const existing = state.homes.get(userId);
  if (existing !== undefined) {
    replaceContent(state, existing, content);
    return existing;
  }
  const id = newId();
  const whole = withCompleteBlocks(content);
  const view: View = {
    id,
    kind: "home",
    user: userId,
    content: whole,
    hash: newHash(state),
    rootId: id,
    previousId: undefined,
    values: initialValues(whole, new Map()),
    errors: new Map(),
  };
  state.homes.set(userId, view);
  state.news.tell({ type: "home", user: userId, view: id });
  return view;
}

/** Takes the visible modal away; the one below it shows again. */
export function closeModal(state: State, view: View): void {
  const stack = (state.modals.get(view.user) ?? []).filter((other) => other.id !== view.id);
  state.modals.set(view.user, stack);
  state.news.tell({ type: "modal", user: view.user, view: stack.at(-1)?.id });
}

export function clearModals(state: State, userId: string): void {
  state.modals.set(userId, []);
  state.news.tell({ type: "modal", user: userId, view: undefined });
}

export function visibleModal(state: State, userId: string): View | undefined {
  return state.modals.get(userId)?.at(-1);
}

export function findView(
  state: State,
  by: { readonly id?: string | undefined; readonly externalId?: string | undefined },
): View | undefined {
  const all = [...[...state.modals.values()].flat(), ...state.homes.values()];
  return all.find(
    (view) =>
      view.id === by.id || (by.externalId !== undefined && view.content.external_id === by.externalId),
  );
}

export function blocksIn(view: View): readonly Fields[] {
  return fieldsIn(view.content.blocks);
}

export function showErrors(state: State, view: View, errors: ReadonlyMap<string, string>): void {
  view.errors = errors;
  state.news.tell({ type: "modal", user: view.user, view: view.id });
}

export function stateValues(view: View): Fields {
  return Object.fromEntries([...view.values].map(([block, actions]) => [block, Object.fromEntries(actions)]));
}

/** The view as Slack hands it to apps. */
export function viewFields(state: State, view: View): Fields {
  const { content } = view;
  return {
    id: view.id,
    team_id: state.team.id,
    type: view.kind,
    blocks: content.blocks,
    private_metadata: content.private_metadata ?? "",
    callback_id: content.callback_id ?? "",
    state: { values: stateValues(view) },
    hash: view.hash,
    title: content.title ?? { type: "plain_text", text: "View Title", emoji: true },
    clear_on_close: content.clear_on_close ?? false,
    notify_on_close: content.notify_on_close ?? false,
    close: content.close ?? null,
    submit: content.submit ?? null,
    previous_view_id: view.previousId ?? null,
    root_view_id: view.rootId,
    app_id: state.app.id,
    external_id: content.external_id ?? "",
    app_installed_team_id: state.team.id,
    bot_id: state.app.botId,
  };
}

/** What an element holds before anyone touches it; elements without a state, such as buttons, give nothing. */
export function initialState(element: Fields): Fields | undefined {
  const type = asText(element.type) ?? "";
  const value = (name: string, initial: unknown, none: unknown) => ({ type, [name]: initial ?? none });
  if (/^(plain_text|email_text|url_text|number)_input$/.test(type))
    return value("value", element.initial_value, null);
  if (type === "rich_text_input") return value("rich_text_value", element.initial_value, null);
  if (type === "file_input") return value("files", undefined, []);
  if (type === "checkboxes") return value("selected_options", element.initial_options, []);
  if (type === "radio_buttons") return value("selected_option", element.initial_option, null);
  if (type === "datepicker") return value("selected_date", element.initial_date, null);
  if (type === "timepicker") return value("selected_time", element.initial_time, null);
  if (type === "datetimepicker") return value("selected_date_time", element.initial_date_time, null);
  if (/^(static|external)_select$/.test(type)) return value("selected_option", element.initial_option, null);
  if (/^multi_(static|external)_select$/.test(type))
    return value("selected_options", element.initial_options, []);
  if (/^(user|conversation|channel)s_select$/.test(type)) {
    const what = type.slice(0, type.indexOf("s_select"));
    return value(`selected_${what}`, element[`initial_${what}`], null);
  }
  const several = /^multi_(users|conversations|channels)_select$/.exec(type)?.[1];
  return several === undefined ? undefined : value(`selected_${several}`, element[`initial_${several}`], []);
}

function initialValues(content: Fields, kept: View["values"]): View["values"] {
  const values: View["values"] = new Map();
  for (const { block, element } of elementsIn(asList(content.blocks) ?? [])) {
    const blockId = asText(block.block_id) ?? "";
    const actionId = asText(element.action_id) ?? "";
    const before = kept.get(blockId)?.get(actionId);
    const same = before !== undefined && before.type === element.type;
    const state = same ? before : initialState(element);
    if (state === undefined) continue;
    const ofBlock = values.get(blockId) ?? new Map<string, Fields>();
    ofBlock.set(actionId, state);
    values.set(blockId, ofBlock);
  }
  return values;
}

function withCompleteBlocks(content: Fields): Fields {
  return { ...content, blocks: completed(asList(asFields(content)?.blocks) ?? []) };
}

function newId(): string {
  return `V${randomBytes(6).toString("hex").toUpperCase()}`;
}

function newHash(state: State): string {
  return `${Math.floor(state.now() / 1000)}.${randomBytes(4).toString("hex")}`;
}
