// The modal an app opened, and the question a button asks first; both keep the keyboard inside until they are answered.

import { type ComponentChildren, h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { asText, type Fields, fieldsIn } from "../fields.ts";
import type { ShownView } from "../page-server/screen-data.ts";
import { Blocks } from "./blocks.ts";
import { plainWords, TextObject } from "./inline.ts";
import { PlaceProvider, useSurroundings } from "./surroundings.ts";

function useOpenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element !== null && !element.open) element.showModal();
    return () => {
      element?.close();
      // What was pressed may be gone by now: its message was edited meanwhile.
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body;
      (back ? before : document.querySelector<HTMLElement>("main"))?.focus({ preventScroll: true });
    };
  }, []);
  return dialog;
}

export function Modal({ view }: { view: ShownView }): ComponentChildren {
  const { act } = useSurroundings();
  const dialog = useOpenDialog();
  const answers = useRef(new Map<string, Fields>());
  const close = (all: boolean) => void act({ act: "close", view: view.id, all });
  const submit = (event: Event) => {
    event.preventDefault();
    void act({ act: "submit", view: view.id, answers: [...answers.current.values()] });
  };
  const place = {
    target: { view: view.id },
    values: view.values,
    errors: view.errors,
    enter: (block: string, action: string, values: readonly string[]) => {
      answers.current.set(`${block} ${action}`, { block, action, values });
    },
  };
  const general = view.errors[""];
  const asks = fieldsIn(view.blocks).some(({ type }) => type === "input");
  useEffect(() => {
    // The browser would begin at the button that closes it; fields may come later, when the app has looked something up.
    if (asks) dialog.current?.querySelector<HTMLElement>(".modal-body :is(input, select, textarea)")?.focus();
  }, [asks]);
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    // By what they say: the errors are new objects whenever anything in the workspace changes.
  }, [JSON.stringify(view.errors)]);
  const cancel = (event: Event) => {
    event.preventDefault();
    close(false);
  };
  return h(
    "dialog",
    { ref: dialog, class: "modal", "aria-labelledby": "modal-title", onCancel: cancel },
    h(
      "form",
      { onSubmit: submit, noValidate: true },
      h(
        "div",
        { class: "modal-head" },
        h("h2", { id: "modal-title" }, plainWords(view.title)),
        h(
          "button",
          { type: "button", class: "close", "aria-label": "Close", onClick: () => close(true) },
          "×",
        ),
      ),
      h(
        "div",
        { class: "modal-body" },
        general === undefined ? null : h("p", { class: "error", role: "alert" }, general),
        h(PlaceProvider, { value: place }, h(Blocks, { blocks: view.blocks })),
      ),
      h(
        "div",
        { class: "modal-foot" },
        h(
          "button",
          { type: "button", class: "button plain", onClick: () => close(false) },
          view.depth > 1 && view.close === undefined ? "Back" : plainWords(view.close) || "Close",
        ),
        view.submit === undefined
          ? null
          : h("button", { type: "submit", class: "button primary" }, plainWords(view.submit)),
      ),
    ),
  );
}

export function Confirm({
  question,
  answer,
}: {
  question: Fields;
  answer: (yes: boolean) => void;
}): ComponentChildren {
  const dialog = useOpenDialog();
  const cancel = (event: Event) => {
    event.preventDefault();
    answer(false);
  };
  const style = asText(question.style) ?? "primary";
  return h(
    "dialog",
    {
      ref: dialog,
      class: "modal confirm",
      role: "alertdialog",
      "aria-labelledby": "confirm-title",
      "aria-describedby": "confirm-text",
      onCancel: cancel,
    },
    h("div", { class: "modal-head" }, h("h2", { id: "confirm-title" }, plainWords(question.title))),
    h("div", { class: "modal-body", id: "confirm-text" }, h(TextObject, { value: question.text })),
    h(
      "div",
      { class: "modal-foot" },
      h(
        "button",
        { type: "button", class: "button plain", onClick: () => answer(false) },
        plainWords(question.deny),
      ),
      h(
        "button",
        { type: "button", class: `button ${style}`, onClick: () => answer(true) },
        plainWords(question.confirm),
      ),
    ),
  );
}
