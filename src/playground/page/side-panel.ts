// What stands beside the workspace: framed pages, how they are, what differs, and buttons that make things happen.

import { type ComponentChildren, h } from "preact";
import { useState } from "preact/hooks";
import type { FrameNow, PanelFrame, ShownPanel } from "../side-panel.ts";
import { Mrkdwn } from "./inline.ts";
import { pressPanel } from "./live.ts";

export function SidePanel({ panel }: { panel: ShownPanel }): ComponentChildren {
  return h(
    "aside",
    { class: "panel", "aria-label": panel.title },
    h("h2", null, panel.title),
    h(
      "div",
      { class: "frames" },
      panel.pages.map((page) => h(Frame, { page, now: panel.frames[page.id], key: page.id })),
    ),
    h(Differences, { list: panel.list }),
    h("div", { class: "panel-news", role: "status" }, h(Mrkdwn, { text: panel.news })),
    panel.steps.length === 0
      ? null
      : h(
          "details",
          { class: "steps", open: true },
          h("summary", null, "First steps"),
          h(
            "ol",
            null,
            panel.steps.map((text) => h("li", null, h(Mrkdwn, { text }))),
          ),
        ),
    h(
      "ul",
      { class: "stories", "aria-label": "Stories" },
      panel.buttons.map((button) => h(Story, { button, key: button.id })),
    ),
  );
}

function Frame({ page, now }: { page: PanelFrame; now: FrameNow | undefined }): ComponentChildren {
  const answers = now?.answers === true;
  const address = `${page.url}?seen=${encodeURIComponent(now?.version ?? "")}`;
  return h(
    "figure",
    { class: "frame" },
    h(
      "figcaption",
      null,
      h("a", { href: page.url, target: "_blank", rel: "noopener noreferrer" }, page.title),
      h(
        "span",
        { class: `health ${answers ? "well" : "unwell"}` },
        h("span", { "aria-hidden": "true" }, answers ? "✓ " : "✗ "),
        now?.words ?? "",
      ),
    ),
    h(
      "div",
      { class: "frame-view" },
      answers
        ? h("iframe", { key: address, src: address, title: page.title, sandbox: "", tabIndex: -1 })
        : h("p", { class: "empty" }, "This page does not answer."),
    ),
  );
}

function Differences({ list }: { list: ShownPanel["list"] }): ComponentChildren {
  const count = list.items.length;
  return h(
    "section",
    { class: "differences", "aria-label": list.title },
    h("h3", null, list.title, count === 0 ? null : h("span", { class: "count" }, count)),
    count === 0
      ? h("p", { class: "quiet" }, list.none)
      : h(
          "ul",
          { tabIndex: 0 },
          list.items.map(({ mark, words }) =>
            h("li", { key: words }, h("span", { class: "difference" }, mark), words),
          ),
        ),
  );
}

function Story({ button }: { button: ShownPanel["buttons"][number] }): ComponentChildren {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const press = async () => {
    setBusy(true);
    const { error } = await pressPanel(button.id);
    setTrouble(error ?? "");
    setBusy(false);
  };
  const id = `story-${button.id}`;
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: "story",
        "aria-labelledby": id,
        "aria-describedby": `${id}-about`,
        "aria-busy": busy,
        disabled: busy,
        onClick: () => void press(),
      },
      h("strong", { id }, button.label),
      h("span", { id: `${id}-about` }, button.about),
    ),
    trouble === "" ? null : h("p", { class: "error", role: "alert" }, trouble),
  );
}
