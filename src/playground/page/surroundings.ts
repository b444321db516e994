// What components know without being told by their parent: who reads, what they look at, how they act.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Fields } from "../fields.ts";
import type { ScreenData, ShownMessage } from "../page-server/screen-data.ts";

export type Act = { readonly act: string; readonly [name: string]: unknown };

export type ActOutcome = { readonly ok: boolean; readonly error?: string };

export type Surroundings = {
  readonly screen: ScreenData;
  act(given: Act): Promise<ActOutcome>;
  /** Asks the person; resolves with what they answered. */
  confirm(question: Fields): Promise<boolean>;
  openThread(ts: string | undefined): void;
  newReplies(message: ShownMessage): number;
  openChannel(id: string): void;
  /** Goes to a message of this workspace; answers whether the address was one. */
  follow(address: string): boolean;
};

const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

export const SurroundingsProvider = SurroundingsContext.Provider;

export function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (found === undefined) throw new Error("A component stands outside of the app.");
  return found;
}

/** Where the blocks stand: a message or a view, with the state of their elements. */
export type BlockPlace = {
  readonly target: { readonly channel: string; readonly ts: string } | { readonly view: string };
  readonly values: Fields;
  readonly errors: Readonly<Record<string, string>>;
  /** In a form, what is entered waits here until the form is sent; elsewhere it is sent at once. */
  enter?(block: string, action: string, values: readonly string[]): void;
};

const PlaceContext = createContext<BlockPlace | undefined>(undefined);

export const PlaceProvider = PlaceContext.Provider;

export function usePlace(): BlockPlace {
  const found = useContext(PlaceContext);
  if (found === undefined) throw new Error("A block stands outside of any message or view.");
  return found;
}
