// What the host of a playground may show beside the workspace: pages in frames, a few words about them, and buttons.

export type SidePanel = {
  readonly title: string;
  /** Only these pages may be framed. Each must be an `http://` page of this machine. */
  readonly frames: readonly PanelFrame[];
  /** What to do first, in its order; mrkdwn. */
  readonly steps: readonly string[];
  readonly buttons: readonly PanelButton[];
  /** What it says at this moment. */
  now(): PanelNow;
  /** Calls back when `now` would answer otherwise; the returned function ends that. */
  watch(listener: () => void): () => void;
};

export type PanelFrame = { readonly id: string; readonly title: string; readonly url: string };

export type PanelButton = {
  readonly id: string;
  readonly label: string;
  /** In one sentence, what to look for. */
  readonly about: string;
  /** Pressed again only after it has ended; what it throws is shown to the person. */
  press(): Promise<void>;
};

export type PanelNow = {
  /** By the frame's id. A new `version` loads the page again; a page that does not answer is not loaded. */
  readonly frames: Readonly<Record<string, FrameNow>>;
  readonly list: {
    readonly title: string;
    readonly items: readonly { readonly mark: string; readonly words: string }[];
    /** Said when there are no items. */
    readonly none: string;
  };
  /** What happened last, in a sentence; mrkdwn. */
  readonly news: string;
};

export type FrameNow = { readonly answers: boolean; readonly words: string; readonly version: string };

/** What the page gets of it. */
export type ShownPanel = PanelNow & {
  readonly title: string;
  readonly pages: readonly PanelFrame[];
  readonly steps: readonly string[];
  readonly buttons: readonly Pick<PanelButton, "id" | "label" | "about">[];
};

export function shownPanel(panel: SidePanel): ShownPanel {
  return {
    ...panel.now(),
    title: panel.title,
    pages: panel.frames,
    steps: panel.steps,
    buttons: panel.buttons.map(({ id, label, about }) => ({ id, label, about })),
  };
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** The origins for `frame-src`. Throws for a page that is not of this machine. */
export function frameOrigins(panel: SidePanel): readonly string[] {
  return panel.frames.map(({ url }) => {
    const { protocol, hostname, origin } = new URL(url);
    if (protocol !== "http:" || !loopbackNames.includes(hostname))
      throw new Error(`Only pages of this machine may be framed, and ${url} is none.`);
    return origin;
  });
}
