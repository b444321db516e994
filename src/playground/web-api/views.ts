// views.*: modals and Home tabs.

import { Refusal } from "../refusal.ts";
import { findView, openModal, publishHome, replaceContent, stackLimit, viewFields } from "../views.ts";
import { type Call, jsonFields, type Methods, missing, needText, optionalText } from "./call.ts";
import { acceptView } from "./content.ts";

export const viewMethods: Methods = {
  "views.open": { token: "bot", run: (call) => show(call, "open") },
  "views.push": { token: "bot", run: (call) => show(call, "push") },
  "views.update": { token: "bot", run: update },
  "views.publish": { token: "bot", run: publish },
};

function givenView(call: Call, kind: "modal" | "home") {
  return acceptView(jsonFields(call, "view", "invalid_arguments"), kind);
}

function show(call: Call, how: "open" | "push") {
  const triggerId = needText(call, "trigger_id");
  const content = givenView(call, "modal");
  if (typeof content.external_id === "string" && content.external_id !== "") {
    if (findView(call.state, { externalId: content.external_id }) !== undefined)
      throw new Refusal("duplicate_external_id");
  }
  const userId = call.triggers.spend(triggerId);
  const stack = call.state.modals.get(userId) ?? [];
  if (how === "push" && stack.length === 0) throw new Refusal("not_found");
  if (stack.length >= stackLimit) throw new Refusal("push_limit_reached");
  if (how === "open" && stack.length > 0) call.state.modals.set(userId, []);
  return { view: viewFields(call.state, openModal(call.state, userId, content)) };
}

function update(call: Call) {
  const id = optionalText(call, "view_id");
  const externalId = optionalText(call, "external_id");
  if (id === undefined && externalId === undefined) throw missing("view_id");
  const view = findView(call.state, { id, externalId });
  if (view === undefined) throw new Refusal("not_found");
  const content = givenView(call, view.kind);
  const hash = optionalText(call, "hash");
  if (hash !== undefined && hash !== view.hash) throw new Refusal("hash_conflict");
  replaceContent(call.state, view, content);
  return { view: viewFields(call.state, view) };
}

function publish(call: Call) {
  const userId = needText(call, "user_id");
  if (!call.state.users.has(userId)) throw new Refusal("user_not_found");
  const content = givenView(call, "home");
  const hash = optionalText(call, "hash");
  const existing = call.state.homes.get(userId);
  if (hash !== undefined && existing !== undefined && hash !== existing.hash)
    throw new Refusal("hash_conflict");
  return { view: viewFields(call.state, publishHome(call.state, userId, content)) };
}
