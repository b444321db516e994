// The box to write in: Enter sends, Shift+Enter begins a line, `/` offers the app's commands.

import { type ComponentChildren, h } from "preact";
import { useRef, useState } from "preact/hooks";
import { useSurroundings } from "./surroundings.ts";

export function Composer({
  channel,
  threadTs,
  label,
}: {
  channel: string;
  threadTs?: string;
  label: string;
}): ComponentChildren {
  const { act, screen } = useSurroundings();
  const [text, setText] = useState("");
  const [trouble, setTrouble] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const id = `composer-${threadTs ?? "channel"}`;
  const offered =
    /^\/\S*$/.test(text) && threadTs === undefined
      ? screen.commands.filter(({ command }) => command.startsWith(text))
      : [];

  const send = async () => {
    const line = text.trim();
    if (line === "") return;
    setText("");
    setTrouble("");
    const { error } = await act({ act: "line", channel, threadTs, text: line });
    if (error !== undefined) setTrouble(`Not sent: ${error.replaceAll("_", " ")}`);
  };
  const take = (command: string) => {
    setText(`${command} `);
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [first] = offered;
    if (event.key === "Tab" && !event.shiftKey && first !== undefined && text !== first.command) {
      event.preventDefault();
      take(first.command);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send();
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void send();
  };
  return h(
    "form",
    { class: "composer", onSubmit: submit },
    offered.length === 0
      ? null
      : h(
          "ul",
          { class: "offers", "aria-label": "Commands" },
          offered.map(({ command, description, usageHint }) =>
            h(
              "li",
              null,
              h(
                "button",
                { type: "button", onClick: () => take(command) },
                h("strong", null, command),
                ` ${usageHint} `,
                h("span", { class: "quiet" }, description),
              ),
            ),
          ),
        ),
    trouble === "" ? null : h("p", { class: "error", role: "alert" }, trouble),
    h("label", { class: "visually-hidden", for: id }, label),
    h(
      "div",
      { class: "composer-row" },
      h("textarea", {
        id,
        ref: box,
        rows: Math.min(6, text.split("\n").length),
        value: text,
        placeholder: label,
        onInput: (event: Event) => setText((event.currentTarget as HTMLTextAreaElement).value),
        onKeyDown,
      }),
      h("button", { type: "submit", class: "button primary", disabled: text.trim() === "" }, "Send"),
    ),
  );
}
