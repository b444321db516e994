import { afterEach, expect, test } from "vitest";
import { startQuietly } from "../../test/playground/bolt.ts";
import { startPlayground } from "./server.ts";
import type { SidePanel } from "./side-panel.ts";

let stop = async (): Promise<void> => {};
afterEach(() => stop());

const said: string[] = [];

function panel(parts: Partial<SidePanel> = {}): SidePanel {
  return {
    title: "The app",
    frames: [{ id: "app", title: "App", url: "http://127.0.0.1:4321/" }],
    steps: [],
    buttons: [
      { id: "wave", label: "Wave", about: "A hand moves.", press: async () => void said.push("waved") },
      {
        id: "fall",
        label: "Fall",
        about: "It hurts.",
        press: async () => {
          throw new Error("The floor was hard.");
        },
      },
    ],
    now: () => ({ frames: {}, list: { title: "Files", items: [], none: "None." }, news: "All quiet." }),
    watch: () => () => {},
    ...parts,
  };
}

async function start(given: SidePanel | undefined) {
  const seed = { people: [{ name: "ana" }], channels: [{ name: "kitchen" }] };
  const playground = await startPlayground({ seed, ...(given === undefined ? {} : { panel: given }) });
  stop = playground.stop;
  const press = (id: string, headers: Record<string, string> = {}) =>
    fetch(`${playground.url}page/panel`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: new URL(playground.url).origin, ...headers },
      body: JSON.stringify({ press: id }),
    });
  return { playground, press };
}

test("only the panel's own pages may be framed, and without a panel none", async () => {
  const { playground } = await start(panel());
  const policy = (await fetch(playground.url)).headers.get("content-security-policy");
  expect(policy).toContain("; frame-src http://127.0.0.1:4321; ");
  expect(policy).toContain("default-src 'none'");
  await stop();
  const plain = await start(undefined);
  expect((await fetch(plain.playground.url)).headers.get("content-security-policy")).not.toContain(
    "frame-src",
  );
});

test.each(["https://127.0.0.1/", "http://example.org/", "http://127.0.0.1.example.org/"])(
  "a page that is not of this machine is refused: %s",
  async (url) => {
    const given = panel({ frames: [{ id: "app", title: "App", url }] });
    await expect(startPlayground({ seed: { people: [], channels: [] }, panel: given })).rejects.toThrow(
      "Only pages of this machine",
    );
  },
);

test("a button does its deed, says what went wrong, and is not for other sites to press", async () => {
  said.length = 0;
  const { press } = await start(panel());
  expect(await (await press("wave")).json()).toEqual({ ok: true });
  expect(said).toEqual(["waved"]);
  expect(await (await press("fall")).json()).toEqual({ ok: false, error: "The floor was hard." });
  expect((await press("unknown")).status).toBe(404);
  expect((await press("wave", { origin: "https://evil.example" })).status).toBe(403);
  expect((await press("wave", { "content-type": "text/plain" })).status).toBe(403);
  expect(said).toEqual(["waved"]);
});

test("the page is told to look again when the panel has something new, as long as it listens", async () => {
  const listeners = new Set<() => void>();
  const watch = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const { playground } = await start(panel({ watch }));
  const leaving = new AbortController();
  const stream = await fetch(`${playground.url}page/changes`, { signal: leaving.signal });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("data: changed");
  for (const listener of listeners) listener();
  expect((await reader?.read())?.value).toContain("data: changed");
  const screen = await (await fetch(`${playground.url}page/screen`)).json();
  expect(screen).toMatchObject({ panel: { title: "The app", news: "All quiet.", pages: [{ id: "app" }] } });
  leaving.abort();
  await expect.poll(() => listeners.size).toBe(0);
});

test("a workspace without a panel has none on its page", async () => {
  const { playground } = await startQuietly();
  stop = playground.stop;
  expect(await (await fetch(`${playground.url}page/screen`)).json()).not.toHaveProperty("panel");
});
