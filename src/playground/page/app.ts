// The page: a workspace as one of its people sees it.

import { type ComponentChildren, Fragment, h, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Fields, fieldsIn } from "../fields.ts";
import type { ScreenData } from "../page-server/screen-data.ts";
import { Blocks } from "./blocks.ts";
import { Composer } from "./composer.ts";
import { Confirm, Modal } from "./dialogs.ts";
import { Mrkdwn } from "./inline.ts";
import { permalinkTarget, sendAct, useLooking, useScreen } from "./live.ts";
import { MessageList } from "./message-list.ts";
import { SidePanel } from "./side-panel.ts";
import { Sidebar } from "./sidebar.ts";
import { PlaceProvider, type Surroundings, SurroundingsProvider } from "./surroundings.ts";
import { useUnread } from "./unread.ts";

type Question = { readonly fields: Fields; readonly answer: (yes: boolean) => void };

function App(): ComponentChildren {
  const [looking, change] = useLooking();
  const { screen, online } = useScreen(looking);
  const [question, setQuestion] = useState<Question>();
  const unread = useUnread(screen, looking);

  useEffect(() => {
    if (screen === undefined || looking.home || screen.channel !== undefined) return;
    const first = screen.channels.find(({ member, kind }) => member && kind !== "im");
    if (first !== undefined) change({ channel: first.id });
  }, [screen, looking]);
  useEffect(() => {
    if (looking.home && screen !== undefined) void sendAct(screen.me.id, { act: "home" });
  }, [looking.home, screen?.me.id]);

  if (screen === undefined) return h("p", { class: "loading", role: "status" }, "Opening the workspace…");
  const surroundings: Surroundings = {
    screen,
    act: (given) => sendAct(screen.me.id, given),
    confirm: (fields) =>
      new Promise((resolve) => {
        const answer = (yes: boolean) => {
          setQuestion(undefined);
          resolve(yes);
        };
        setQuestion({ fields, answer });
      }),
    openThread: (thread) => change({ thread, home: false, panel: false }),
    follow: (address) => {
      const target = permalinkTarget(address);
      if (target !== undefined) change({ home: false, panel: false, ...target });
      return target !== undefined;
    },
    newReplies: unread.replies,
    openChannel: (channel) => change({ channel, thread: undefined, home: false, panel: false }),
  };
  const threadOpen = looking.thread !== undefined && !looking.home;
  const { panel } = screen;
  const layout = [
    "workspace",
    ...(threadOpen ? ["with-thread"] : []),
    ...(panel === undefined ? [] : ["with-panel"]),
    ...(looking.panel ? ["at-panel"] : []),
  ];
  return h(
    SurroundingsProvider,
    { value: surroundings },
    h(
      "div",
      { class: layout.join(" ") },
      h("a", { class: "skip", href: "#main", onClick: skipToMain }, "Skip to the messages"),
      h(Sidebar, { looking, change, unread: unread.channel, online }),
      looking.home ? h(Home, { screen }) : h(ChannelPane, { screen, at: looking.at }),
      threadOpen
        ? h(ThreadPane, { screen, at: looking.at, close: () => change({ thread: undefined }) })
        : null,
      panel === undefined ? null : h(SidePanel, { panel }),
    ),
    screen.modal === undefined ? null : h(Modal, { view: screen.modal, key: screen.modal.id }),
    question === undefined ? null : h(Confirm, { question: question.fields, answer: question.answer }),
  );
}

/** The address after # belongs to where the person looks, so the skip link moves the focus itself. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("main")?.focus();
}

function ChannelPane({ screen, at }: { screen: ScreenData; at: string | undefined }): ComponentChildren {
  const channel = screen.channels.find(({ id }) => id === screen.channel);
  if (channel === undefined)
    return h(
      "main",
      { id: "main", tabIndex: -1, class: "pane" },
      h("p", { class: "empty" }, "Choose a channel."),
    );
  const name = channel.kind === "im" ? channel.name : `#${channel.name}`;
  const closed = channel.archived
    ? "This channel is archived."
    : channel.member
      ? undefined
      : `${screen.me.name} is not a member of ${name}.`;
  return h(
    "main",
    { id: "main", tabIndex: -1, class: "pane" },
    h(
      "header",
      { class: "pane-head" },
      h("h2", null, name),
      h("p", { class: "quiet" }, h(Mrkdwn, { text: channel.topic })),
    ),
    h(MessageList, {
      key: `${screen.me.id} ${channel.id}`,
      messages: screen.messages,
      inThread: false,
      me: screen.me.name,
      at,
      label: `Messages in ${name}`,
      welcome: h(
        Fragment,
        null,
        h("h3", null, `This is the very beginning of ${name}`),
        channel.topic === "" ? null : h("p", null, h(Mrkdwn, { text: channel.topic })),
      ),
    }),
    closed === undefined
      ? h(Composer, { key: channel.id, channel: channel.id, label: `Message ${name}` })
      : h("p", { class: "empty" }, closed),
  );
}

function ThreadPane({
  screen,
  at,
  close,
}: {
  screen: ScreenData;
  at: string | undefined;
  close: () => void;
}): ComponentChildren {
  const parent = screen.thread[0];
  return h(
    "aside",
    { class: "pane thread", "aria-label": "Thread" },
    h(
      "header",
      { class: "pane-head" },
      h("h2", null, "Thread"),
      h("button", { type: "button", class: "close", "aria-label": "Close thread", onClick: close }, "×"),
    ),
    h(MessageList, {
      key: parent?.ts ?? "",
      messages: screen.thread,
      inThread: true,
      me: screen.me.name,
      at,
      label: "Messages in this thread",
    }),
    parent === undefined
      ? null
      : h(Composer, { key: parent.ts, channel: parent.channel, threadTs: parent.ts, label: "Reply" }),
  );
}

function Home({ screen }: { screen: ScreenData }): ComponentChildren {
  const { home } = screen;
  const place = { target: { view: home?.id ?? "" }, values: home?.values ?? {}, errors: {} };
  const content =
    fieldsIn(home?.blocks).length > 0
      ? h(PlaceProvider, { value: place }, h(Blocks, { blocks: home?.blocks }))
      : h("p", { class: "empty" }, "This app has not put anything here yet.");
  return h(
    "main",
    { id: "main", tabIndex: -1, class: "pane" },
    h("header", { class: "pane-head" }, h("h2", null, `${screen.bot.name} Home`)),
    h("div", { class: "messages home", tabIndex: 0, role: "region", "aria-label": "Home" }, content),
  );
}

render(h(App, null), document.body);
