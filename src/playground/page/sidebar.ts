// Where the person can go, and who the person is.

import { type ComponentChildren, h } from "preact";
import type { ShownChannel } from "../page-server/screen-data.ts";
import type { Looking } from "./live.ts";
import { useSurroundings } from "./surroundings.ts";

type Props = {
  readonly looking: Looking;
  readonly change: (part: Partial<Looking>) => void;
  readonly unread: (channel: ShownChannel) => boolean;
  readonly online: boolean;
};

export function Sidebar({ looking, change, unread, online }: Props): ComponentChildren {
  const { screen, openChannel } = useSurroundings();
  const here = (channel: ShownChannel) => !looking.home && !looking.panel && screen.channel === channel.id;
  const item = (channel: ShownChannel) => {
    const mark = channel.kind === "private" ? "🔒" : channel.kind === "im" ? "●" : "#";
    const news = unread(channel) && !here(channel);
    return h(
      "li",
      { key: channel.id },
      h(
        "button",
        {
          type: "button",
          class: `place ${news ? "unread" : ""}`,
          "aria-current": here(channel) ? "page" : undefined,
          onClick: () => openChannel(channel.id),
        },
        h("span", { class: "mark", "aria-hidden": "true" }, mark),
        channel.name,
        news ? h("span", { class: "visually-hidden" }, " (new messages)") : null,
        channel.archived ? h("span", { class: "quiet" }, " archived") : null,
      ),
    );
  };
  const groups = screen.channels.filter(({ kind }) => kind !== "im");
  // A conversation in which nothing was said yet is one tab of the app, and that is its Home.
  const direct = screen.channels.filter(
    (channel) => channel.kind === "im" && (channel.said || here(channel)),
  );
  const become = (event: Event) =>
    change({ person: (event.currentTarget as HTMLSelectElement).value, thread: undefined });
  return h(
    "nav",
    { class: "sidebar", "aria-label": "Workspace" },
    h("h1", null, screen.team),
    h(
      "div",
      { class: "you" },
      h("label", { for: "you" }, "You are"),
      h(
        "select",
        { id: "you", onChange: become },
        screen.people.map(({ id, realName, name }) =>
          h("option", { value: id, selected: id === screen.me.id }, `${realName} (@${name})`),
        ),
      ),
    ),
    h("h2", null, "Channels"),
    h("ul", null, groups.map(item)),
    h("h2", null, "Apps"),
    h(
      "ul",
      null,
      h(
        "li",
        null,
        h(
          "button",
          {
            type: "button",
            class: "place",
            "aria-current": looking.home && !looking.panel ? "page" : undefined,
            onClick: () => change({ home: true, panel: false, thread: undefined }),
          },
          h("span", { class: "mark", "aria-hidden": "true" }, "⌂"),
          h("span", null, h("span", { class: "wide" }, `${screen.bot.name} `), "Home"),
        ),
      ),
      direct.map(item),
      screen.panel === undefined ? null : h(PanelPlace, { looking, change, title: screen.panel.title }),
    ),
    h(
      "p",
      { class: `status ${online && screen.connected ? "well" : ""}`, role: "status" },
      online
        ? screen.connected
          ? `${screen.bot.name} is connected.`
          : `${screen.bot.name} is not connected.`
        : "The playground does not answer; trying again.",
    ),
  );
}

/** The way to the side panel where it has no room of its own. */
function PanelPlace({
  looking,
  change,
  title,
}: Pick<Props, "looking" | "change"> & { readonly title: string }): ComponentChildren {
  return h(
    "li",
    { class: "panel-place" },
    h(
      "button",
      {
        type: "button",
        class: "place",
        "aria-current": looking.panel ? "page" : undefined,
        onClick: () => change({ panel: true, thread: undefined }),
      },
      h("span", { class: "mark", "aria-hidden": "true" }, "◫"),
      title,
    ),
  );
}
