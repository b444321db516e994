// Messages in their order; stays at the newest unless the person has scrolled away, and says aloud what is new.

import { type ComponentChildren, Fragment, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ShownMessage } from "../page-server/screen-data.ts";
import { Message } from "./message.ts";

const nearEnd = 120;

export function MessageList({
  messages,
  inThread,
  me,
  label,
  at,
  welcome = "No replies yet.",
}: {
  messages: readonly ShownMessage[];
  inThread: boolean;
  me: string;
  label: string;
  /** The message to go to instead of the newest. */
  at: string | undefined;
  /** Shown while there is no message. */
  welcome?: ComponentChildren;
}): ComponentChildren {
  const scroller = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const onScroll = () => {
    const list = scroller.current;
    if (list !== null) following.current = list.scrollHeight - list.scrollTop - list.clientHeight < nearEnd;
  };
  useLayoutEffect(() => {
    const list = scroller.current;
    if (list !== null && following.current) list.scrollTop = list.scrollHeight;
  }, [messages]);
  useLayoutEffect(() => {
    const target = scroller.current?.querySelector<HTMLElement>(`[data-ts="${CSS.escape(at ?? "")}"]`);
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  }, [at]);
  return h(
    Fragment,
    null,
    h(
      "div",
      { class: "messages", ref: scroller, onScroll, tabIndex: 0, role: "region", "aria-label": label },
      messages.length === 0 ? h("div", { class: "welcome" }, welcome) : null,
      h(
        "ol",
        null,
        messages.map((message) => h("li", { key: message.ts }, h(Message, { message, inThread }))),
      ),
    ),
    h(Announcer, { messages, me }),
  );
}

/** Reads out new messages of others; edits stay silent, a running promotion would never stop talking. */
function Announcer({ messages, me }: { messages: readonly ShownMessage[]; me: string }): ComponentChildren {
  const last = useRef(messages.at(-1)?.ts ?? "0");
  const [news, setNews] = useState("");
  useEffect(() => {
    const fresh = messages.filter(({ ts, author }) => ts > last.current && author !== me);
    last.current = messages.at(-1)?.ts ?? last.current;
    if (fresh.length > 0)
      setNews(
        fresh
          .map(({ author, spoken }) => `${author}: ${spoken}`)
          .join("\n")
          .slice(0, 600),
      );
  }, [messages]);
  return h("div", { class: "visually-hidden", "aria-live": "polite" }, news);
}
