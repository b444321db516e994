// Tells everyone who listens what has just changed in the workspace.

export type WorkspaceEvent =
  | {
      readonly type: "message" | "message-changed" | "message-deleted";
      readonly channel: string;
      readonly ts: string;
      readonly threadTs: string | undefined;
    }
  | {
      readonly type: "ephemeral" | "ephemeral-changed" | "ephemeral-deleted";
      readonly channel: string;
      readonly ts: string;
      readonly user: string;
      readonly threadTs: string | undefined;
    }
  | { readonly type: "modal" | "home"; readonly user: string; readonly view: string | undefined }
  | { readonly type: "file"; readonly file: string }
  | { readonly type: "pin" | "reaction"; readonly channel: string; readonly ts: string }
  | { readonly type: "members"; readonly channel: string }
  | {
      readonly type: "call";
      readonly method: string;
      readonly ok: boolean;
      readonly error: string | undefined;
    }
  | { readonly type: "connections"; readonly open: number };

export type News = {
  tell(event: WorkspaceEvent): void;
  /** Calls back with everything from now on; the returned function ends that. */
  watch(listener: (event: WorkspaceEvent) => void): () => void;
  /** Every `for await` sees what happens from its own start on. */
  readonly events: AsyncIterable<WorkspaceEvent>;
  /** Ends every open `for await`. */
  close(): void;
};

export function createNews(): News {
  const listeners = new Set<(event: WorkspaceEvent) => void>();
  const closers = new Set<() => void>();
  const watch = (listener: (event: WorkspaceEvent) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    tell: (event) => {
      for (const listener of [...listeners]) listener(event);
    },
    watch,
    events: { [Symbol.asyncIterator]: () => follow(watch, closers) },
    close: () => {
      for (const close of [...closers]) close();
      listeners.clear();
    },
  };
}

function follow(watch: News["watch"], closers: Set<() => void>): AsyncIterator<WorkspaceEvent> {
  const waiting: WorkspaceEvent[] = [];
  let ended = false;
  let wake = () => {};
  const unwatch = watch((event) => {
    waiting.push(event);
    wake();
  });
  const end = () => {
    ended = true;
    unwatch();
    closers.delete(end);
    wake();
  };
  closers.add(end);
  return {
    next: async () => {
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = waiting.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    return: async () => {
      end();
      return { done: true, value: undefined };
    },
  };
}
