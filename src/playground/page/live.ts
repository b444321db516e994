// The line to the playground: what to draw, again whenever something changed, and what the person does.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ScreenData } from "../page-server/screen-data.ts";
import type { Act, ActOutcome } from "./surroundings.ts";

export type Looking = {
  readonly person: string | undefined;
  readonly channel: string | undefined;
  readonly thread: string | undefined;
  readonly home: boolean;
  /** Whether the side panel is looked at, where there is no room beside the workspace. */
  readonly panel: boolean;
  /** The message that a link pointed to. */
  readonly at: string | undefined;
};

export type Live = { readonly screen: ScreenData | undefined; readonly online: boolean };

export function useScreen(looking: Looking): Live {
  const [screen, setScreen] = useState<ScreenData>();
  const [online, setOnline] = useState(true);
  const asked = useRef(0);
  const { person, channel, thread } = looking;

  useEffect(() => {
    const look = async () => {
      asked.current += 1;
      const turn = asked.current;
      const query = new URLSearchParams();
      if (person !== undefined) query.set("person", person);
      if (channel !== undefined) query.set("channel", channel);
      if (thread !== undefined) query.set("thread", thread);
      const response = await fetch(`/page/screen?${query}`).catch(() => undefined);
      if (response?.ok !== true) return setOnline(false);
      const data = (await response.json()) as ScreenData;
      // An answer that was overtaken by a younger one would show the past.
      if (turn !== asked.current) return;
      setScreen(data);
      setOnline(true);
    };
    const changes = new EventSource("/page/changes");
    changes.onmessage = () => void look();
    changes.onerror = () => setOnline(false);
    void look();
    return () => {
      asked.current += 1;
      changes.close();
    };
  }, [person, channel, thread]);

  return { screen, online };
}

export function sendAct(person: string, given: Act): Promise<ActOutcome> {
  return post("/page/act", { ...given, person });
}

/** Answers when the button's deed is done. */
export function pressPanel(press: string): Promise<ActOutcome> {
  return post("/page/panel", { press });
}

async function post(address: string, given: object): Promise<ActOutcome> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(given);
  const response = await fetch(address, { method: "POST", body, headers }).catch(() => undefined);
  if (response === undefined) return { ok: false, error: "The playground does not answer." };
  return (await response.json()) as ActOutcome;
}

/** Where the person looks lives in the address, so that two windows can be two people and "back" goes back. */
export function useLooking(): [Looking, (change: Partial<Looking>) => void] {
  const [looking, setLooking] = useState(readAddress);
  useEffect(() => {
    const follow = () => setLooking(readAddress());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const change = (part: Partial<Looking>) => {
    const next = { ...readAddress(), at: undefined, ...part };
    const hash = new URLSearchParams();
    if (next.person !== undefined) hash.set("person", next.person);
    if (next.channel !== undefined) hash.set("channel", next.channel);
    if (next.thread !== undefined) hash.set("thread", next.thread);
    if (next.home) hash.set("home", "1");
    if (next.panel) hash.set("panel", "1");
    if (next.at !== undefined) hash.set("at", next.at);
    location.hash = hash.toString();
  };
  return [looking, change];
}

function readAddress(): Looking {
  const hash = new URLSearchParams(location.hash.slice(1));
  const read = (name: string) => hash.get(name) ?? undefined;
  return {
    person: read("person"),
    channel: read("channel"),
    thread: read("thread"),
    home: hash.has("home"),
    panel: hash.has("panel"),
    at: read("at"),
  };
}

/** Where a permalink of this workspace leads; other addresses lead outside. */
export function permalinkTarget(address: string): Pick<Looking, "channel" | "thread" | "at"> | undefined {
  const url = URL.parse(address);
  const found =
    url?.origin === location.origin ? /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(url.pathname) : null;
  if (url === null || found === null) return undefined;
  return {
    channel: found[1],
    thread: url.searchParams.get("thread_ts") ?? undefined,
    at: `${found[2]}.${found[3]}`,
  };
}
