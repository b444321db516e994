// Sending a modal in or closing it: what the person must fill in first, and what the app answers.

import { asFields, asText, type Fields } from "./fields.ts";
import { connectionTrouble, type Desk, done, failed, type Outcome } from "./interactions.ts";
import { viewClosedPayload, viewSubmissionPayload } from "./payloads.ts";
import { Refusal } from "./refusal.ts";
import type { State, User, View } from "./state.ts";
import {
  blocksIn,
  clearModals,
  closeModal,
  openModal,
  replaceContent,
  showErrors,
  stackLimit,
} from "./views.ts";
import { acceptView } from "./web-api/content.ts";

export async function submitModal(desk: Desk, user: User, view: View): Promise<Outcome> {
  const { state } = desk;
  const incomplete = missingAnswers(view);
  showErrors(state, view, incomplete);
  if (incomplete.size > 0) return { ok: false, error: "incomplete" };
  const payload = viewSubmissionPayload(state, { user, view, triggerId: desk.triggers.issue(user.id) });
  const delivery = await desk.link.deliver("interactive", payload);
  const error = failed(delivery);
  const answer = delivery.outcome === "acknowledged" ? delivery.payload : {};
  if (error === undefined) return followAnswer(state, user, view, answer);
  showErrors(state, view, new Map([["", connectionTrouble]]));
  return { ok: false, error };
}

/** Closes the visible modal, or with `all` every one of the stack; the app hears of those that asked to. */
export async function closeModals(desk: Desk, user: User, view: View, { all = false } = {}): Promise<void> {
  const { state } = desk;
  const stack = state.modals.get(user.id) ?? [];
  const cleared = all || view.content.clear_on_close === true;
  const closing = cleared ? stack.toReversed() : [view];
  if (cleared) clearModals(state, user.id);
  else closeModal(state, view);
  for (const closed of closing) {
    if (closed.content.notify_on_close === true) {
      await desk.link.deliver("interactive", viewClosedPayload(state, { user, view: closed, cleared }));
    }
  }
}

function followAnswer(state: State, user: User, view: View, answer: Fields): Outcome {
  try {
    switch (answer.response_action) {
      case undefined:
        closeModal(state, view);
        return done;
      case "clear":
        clearModals(state, user.id);
        return done;
      case "errors":
        return showAnsweredErrors(state, view, asFields(answer.errors) ?? {});
      case "update":
        replaceContent(state, view, acceptView(asFields(answer.view), "modal"));
        return done;
      case "push":
        if ((state.modals.get(user.id) ?? []).length >= stackLimit) throw new Refusal("push_limit_reached");
        openModal(state, user.id, acceptView(asFields(answer.view), "modal"));
        return done;
      default:
        throw new Refusal("invalid_response_action");
    }
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    showErrors(state, view, new Map([["", connectionTrouble]]));
    return { ok: false, error: problem.code };
  }
}

/** Errors can only be shown beneath input blocks; for anything else Slack shows its general trouble. */
function showAnsweredErrors(state: State, view: View, errors: Fields): Outcome {
  const inputs = new Set(
    blocksIn(view)
      .filter((block) => block.type === "input")
      .map((block) => block.block_id),
  );
  const given = Object.entries(errors);
  if (given.length === 0 || given.some(([blockId]) => !inputs.has(blockId)))
    throw new Refusal("invalid_errors");
  showErrors(state, view, new Map(given.map(([blockId, sentence]) => [blockId, asText(sentence) ?? ""])));
  return { ok: false, error: "errors" };
}

function missingAnswers(view: View): ReadonlyMap<string, string> {
  const errors = new Map<string, string>();
  for (const block of blocksIn(view)) {
    const element = asFields(block.element);
    if (block.type !== "input" || element === undefined) continue;
    const blockId = asText(block.block_id) ?? "";
    const complaint = complaintAbout(
      element,
      view.values.get(blockId)?.get(asText(element.action_id) ?? "") ?? {},
      block.optional === true,
    );
    if (complaint !== undefined) errors.set(blockId, complaint);
  }
  return errors;
}

function complaintAbout(element: Fields, held: Fields, optional: boolean): string | undefined {
  const { type: _type, ...content } = held;
  const value = Object.values(content)[0];
  const empty =
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
  if (empty) return optional ? undefined : "Please complete this required field.";
  if (typeof value !== "string") return undefined;
  const { min_length: least, max_length: most } = element;
  if (typeof least === "number" && value.length < least) return `Please enter at least ${least} characters.`;
  if (typeof most === "number" && value.length > most)
    return `Please shorten this text to ${most} characters or less.`;
  if (element.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value))
    return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !/^https?:\/\/\S+$/.test(value))
    return "Please enter a valid URL.";
  if (element.type === "number_input" && !Number.isFinite(Number(value)))
    return "Please enter a valid number.";
  return undefined;
}
