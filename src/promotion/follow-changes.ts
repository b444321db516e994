// Telling listeners which plans and promotions changed, also when another process changed them.

import type { Desk } from "./desk.ts";
import type { Promotions } from "./promotions.ts";

type ChangeListener = Parameters<Promotions["onChange"]>[0];

/** One poll of the store's change list serves every listener, and sees what other processes did too. */
export function followChanges({
  store,
  pollMilliseconds = 200,
  onError,
}: Pick<Desk, "store" | "pollMilliseconds" | "onError">): {
  subscribe: (listener: ChangeListener) => () => void;
  end: () => void;
} {
  const listeners = new Set<ChangeListener>();
  let cursor: number | undefined;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking || listeners.size === 0) return;
    looking = true;
    try {
      const found = await store.changesSince(cursor ?? 0);
      // What happened before the first listener came is found by it in the records themselves.
      if (cursor !== undefined) {
        for (const change of found.changes) for (const listener of listeners) listener(change);
      }
      cursor = found.cursor;
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), pollMilliseconds);
  timer.unref();
  return {
    subscribe(listener) {
      listeners.add(listener);
      void look();
      return () => listeners.delete(listener);
    },
    end: () => clearInterval(timer),
  };
}
