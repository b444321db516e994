// What the person has not read yet: channels with news, threads with new replies. A reload begins with everything read.

import { useEffect, useRef } from "preact/hooks";
import type { ScreenData, ShownChannel, ShownMessage } from "../page-server/screen-data.ts";
import type { Looking } from "./live.ts";

export type Unread = {
  readonly channel: (channel: ShownChannel) => boolean;
  /** How many replies to this message are new. */
  readonly replies: (message: ShownMessage) => number;
};

export function useUnread(screen: ScreenData | undefined, looking: Looking): Unread {
  const read = useRef(new Map<string, string>());
  const repliesRead = useRef(new Map<string, number>());
  const key = (id: string) => `${screen?.me.id} ${id}`;
  useEffect(() => {
    for (const channel of screen?.channels ?? []) {
      const seen = channel.id === screen?.channel && !looking.home;
      if (seen || !read.current.has(key(channel.id))) read.current.set(key(channel.id), channel.lastTs);
    }
    for (const { ts, replies } of screen?.messages ?? []) {
      const open = looking.thread === ts && !looking.home;
      if (open || !repliesRead.current.has(key(ts))) repliesRead.current.set(key(ts), replies);
    }
  }, [screen, looking]);
  return {
    channel: ({ id, lastTs }) => lastTs > (read.current.get(key(id)) ?? lastTs),
    replies: ({ ts, replies }) =>
      looking.thread === ts ? 0 : Math.max(0, replies - (repliesRead.current.get(key(ts)) ?? replies)),
  };
}
