// The box to write in: Enter sends, Shift+Enter begins a line, `/` offers the app's commands, to the arrow keys too.

import { type ComponentChildren, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ScreenData } from "../page-server/screen-data.ts";
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
  const [marked, setMarked] = useState(-1);
  const box = useRef<HTMLTextAreaElement>(null);
  const id = `composer-${threadTs ?? "channel"}`;
  const offered = threadTs === undefined ? offersFor(text, screen.commands) : [];

  useEffect(() => {
    // Whoever opens a channel is about to write, unless that would bring up the keyboard of a phone.
    if (threadTs === undefined && nothingFocused() && matchMedia("(hover: hover)").matches)
      box.current?.focus();
  }, []);
  useEffect(() => setMarked(-1), [text]);

  const send = async () => {
    const line = text.trim();
    if (line === "") return;
    setText("");
    setTrouble("");
    const { error } = await act({ act: "line", channel, threadTs, text: line });
    if (error !== undefined) setTrouble(`Not sent: ${error.replaceAll("_", " ")}`);
  };
  const take = (line: string) => {
    setText(`${line} `);
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const wanted = offered[Math.max(0, marked)];
    if (wanted !== undefined && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const next = event.key === "ArrowDown" ? marked + 1 : marked < 0 ? offered.length - 1 : marked - 1;
      setMarked(next >= offered.length ? -1 : next);
    } else if (wanted !== undefined && event.key === "Tab" && !event.shiftKey && text !== wanted.line) {
      event.preventDefault();
      take(wanted.line);
    } else if (wanted !== undefined && marked >= 0 && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      take(wanted.line);
    } else if (wanted !== undefined && marked >= 0 && event.key === "Escape") {
      setMarked(-1);
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
          offered.map(({ line, about }, index) =>
            h(
              "li",
              { key: line },
              h(
                "button",
                {
                  type: "button",
                  class: index === marked ? "marked" : "",
                  id: `${id}-offer-${index}`,
                  onClick: () => take(line),
                },
                h("strong", null, line),
                h("span", { class: "quiet" }, ` ${about}`),
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
        autocomplete: "off",
        "aria-describedby": marked < 0 ? undefined : `${id}-offer-${marked}`,
        onInput: (event: Event) => setText((event.currentTarget as HTMLTextAreaElement).value),
        onKeyDown,
      }),
      h("button", { type: "submit", class: "button primary", disabled: text.trim() === "" }, "Send"),
    ),
  );
}

function nothingFocused(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

type Offer = { readonly line: string; readonly about: string };

/** Commands while the command is being typed, then the words that its usage hint names: `[diff | status]`. */
function offersFor(text: string, commands: ScreenData["commands"]): readonly Offer[] {
  if (/^\/\S*$/.test(text)) {
    return commands
      .filter(({ command }) => command.startsWith(text))
      .map(({ command, usageHint, description }) => ({
        line: command,
        about: `${usageHint} ${description}`,
      }));
  }
  const [, name = "", begun] = /^(\/\S+) +(\S*)$/.exec(text) ?? [];
  const found = commands.find(({ command }) => command === name);
  if (found === undefined || begun === undefined) return [];
  const words = found.usageHint.split(/[[\]|,\s]+/).filter((word) => /^[a-z][\w-]*$/.test(word));
  return words
    .filter((word) => word.startsWith(begun) && word !== begun)
    .map((word) => ({ line: `${name} ${word}`, about: "" }));
}
