// The people of the workspace, for tests and demos to move: they type, press, fill in, and wait until they see something.

import { textOf } from "./fields.ts";
import { type Desk, type Outcome, openHome, say, typeLine } from "./interactions.ts";
import { forgetEphemerals, messageAt, topLevel } from "./messages.ts";
import { closeModals, submitModal } from "./modal-submission.ts";
import { type Answer, chosenValue, fill, findMenu } from "./people/filling.ts";
import { matches, placesFor, placeText, type Where } from "./people/places.ts";
import { act, findButton, type Press, type Pressed, press } from "./people/pressing.ts";
import { messageText, readerFor } from "./screen.ts";
import { type Channel, channelNamed, directChannel, type Message, type User, type View } from "./state.ts";
import { visibleModal } from "./views.ts";

type Patience = {
  /** How long to wait for what is not there yet. */
  readonly timeoutSeconds?: number | undefined;
};

export type Spot = {
  /** `#kitchen`; the first channel of the seed that the person is in, when left out. `@passerelle` is the bot's own. */
  readonly in?: string | undefined;
  /** The thread to write in: the parent's text, its `ts`, or the message itself. */
  readonly thread?: string | RegExp | Message | undefined;
};

export type Person = {
  readonly id: string;
  readonly name: string;
  /** Sends the line: a slash command when it begins with `/`, a message otherwise. Resolves when the app took it, or did not. */
  types(line: string, spot?: Spot): Promise<Outcome>;
  /** Posts a message; `@passerelle status` mentions the bot. */
  says(text: string, spot?: Spot): Promise<Message>;
  /** Presses the newest visible button with these words. Throws when there is none, and says which there are. */
  presses(words: string | RegExp, press?: Press & Patience): Promise<Pressed>;
  /** Chooses in a menu, check boxes or radio buttons outside a form; the app hears of it at once. */
  chooses(menu: string | RegExp, answer: Answer, where?: Where): Promise<Outcome>;
  /** Fills in the open modal by its labels; waits for a modal that is about to open. */
  fills(answers: Readonly<Record<string, Answer>>, patience?: Patience): Promise<void>;
  /** Presses the modal's submit button. `error` is `incomplete` or `errors` when the modal shows what is wrong. */
  submits(patience?: Patience): Promise<Outcome>;
  /** Closes the modal; `all` leaves the whole stack. */
  cancels(how?: { readonly all?: boolean }): Promise<void>;
  /** Opens the app's Home tab; what stands there counts as seen from now on. */
  opensHome(): Promise<void>;
  /** Resolves with the text of the newest message, modal or Home tab that matches; waits up to `timeoutSeconds` (10). */
  sees(pattern: string | RegExp, where?: Where & Patience): Promise<string>;
  /** Whether it is visible now. */
  canSee(pattern: string | RegExp, where?: Where): boolean;
  /** Everything visible now, newest first. */
  screen(where?: Where): string;
  /** Loses the ephemeral messages, as a reload of Slack does. */
  reloads(): void;
};

export function createPerson(desk: Desk, user: User): Person {
  const { state } = desk;
  let homeOpen = false;

  const present = () => {
    if (user.deactivated) throw new Error(`${user.name} is deactivated and cannot do anything.`);
  };
  const places = (where: Where = {}) => placesFor(state, user, where, homeOpen);
  const seen = (pattern: string | RegExp, where: Where = {}) => {
    const texts = places(where).map((place) => placeText(state, user, place));
    return texts.find((text) => (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)));
  };
  const screen = (where: Where = {}) =>
    places(where)
      .map((place) => placeText(state, user, place))
      .join("\n\n");

  async function until<T>(look: () => T | undefined, seconds: number, complaint: () => string): Promise<T> {
    const first = look();
    if (first !== undefined) return first;
    return new Promise((resolve, reject) => {
      const unwatch = state.news.watch(() => {
        const found = look();
        if (found === undefined) return;
        finish();
        resolve(found);
      });
      const timer = setTimeout(() => {
        finish();
        reject(new Error(complaint()));
      }, seconds * 1000);
      const finish = () => {
        clearTimeout(timer);
        unwatch();
      };
    });
  }

  function spotOf(spot: Spot): { channel: Channel; threadTs: string | undefined } {
    present();
    const channel = channelFor(spot.in);
    if (!channel.members.has(user.id)) throw new Error(`${user.name} is not in #${channel.name}.`);
    if (channel.archived) throw new Error(`#${channel.name} is archived.`);
    return { channel, threadTs: spot.thread === undefined ? undefined : parentIn(channel, spot.thread).ts };
  }

  function channelFor(name: string | undefined): Channel {
    if (name === `@${state.app.name}`) return directChannel(state, user.id);
    if (name !== undefined) return channelNamed(state, name);
    const own = [...state.channels.values()].find(
      (channel) => channel.members.has(user.id) && channel.kind !== "im",
    );
    if (own === undefined) throw new Error(`${user.name} is in no channel.`);
    return own;
  }

  function parentIn(channel: Channel, asked: string | RegExp | Message): Message {
    const named = typeof asked === "string" ? messageAt(channel, asked) : undefined;
    const given = asked instanceof RegExp || typeof asked === "string" ? named : asked;
    const reader = readerFor(state, user);
    const found =
      given ??
      topLevel(channel).findLast((message) => {
        const text = messageText(state, message, reader, user);
        return asked instanceof RegExp ? asked.test(text) : text.includes(String(asked));
      });
    if (found === undefined)
      throw new Error(`There is no message ${String(asked)} in #${channel.name} to reply to.`);
    return found.threadTs === undefined ? found : parentIn(channel, found.threadTs);
  }

  const modal = (seconds: number): Promise<View> =>
    until(
      () => visibleModal(state, user.id),
      seconds,
      () => `No modal opened for ${user.name} within ${seconds} s.\n${user.name} sees:\n${screen()}`,
    );

  /** The two buttons at a modal's foot are no blocks, yet people press them all the same. */
  async function pressModalButton(words: string | RegExp): Promise<Pressed | undefined> {
    const view = visibleModal(state, user.id);
    if (view === undefined) return undefined;
    const says = (label: unknown) => textOf(label) !== "" && matches(words, textOf(label));
    if (says(view.content.submit)) return { ...(await submitModal(desk, user, view)), question: undefined };
    if (!says(view.content.close)) return undefined;
    await closeModals(desk, user, view);
    return { ok: true, question: undefined };
  }

  return {
    id: user.id,
    name: user.name,
    types: async (line, spot = {}) => {
      const { channel, threadTs } = spotOf(spot);
      return typeLine(desk, user, channel, line, threadTs);
    },
    says: async (text, spot = {}) => {
      const { channel, threadTs } = spotOf(spot);
      return say(desk, user, channel, text, threadTs);
    },
    presses: async (words, how = {}) => {
      present();
      const atFoot = await pressModalButton(words);
      if (atFoot !== undefined) return atFoot;
      const waits = how.timeoutSeconds ?? 0;
      if (waits > 0) {
        const look = () => {
          try {
            return findButton(desk, user, words, how, homeOpen);
          } catch {
            return undefined;
          }
        };
        await until(
          look,
          waits,
          () => `After ${waits} s ${user.name} still sees no button ${String(words)}.\n${screen(how)}`,
        );
      }
      return press(desk, user, words, how, homeOpen);
    },
    chooses: async (menu, answer, where = {}) => {
      present();
      const { place, at } = findMenu(places(where), menu);
      return act(desk, user, place, at, chosenValue(state, at.element, answer));
    },
    fills: async (answers, patience = {}) =>
      fill(desk, user, await modal(patience.timeoutSeconds ?? 10), answers),
    submits: async (patience = {}) => {
      present();
      const view = await modal(patience.timeoutSeconds ?? 10);
      if (view.content.submit === undefined) throw new Error("This modal has nothing to submit.");
      return submitModal(desk, user, view);
    },
    cancels: async (how = {}) => {
      const view = visibleModal(state, user.id);
      if (view === undefined) throw new Error(`No modal is open for ${user.name}.`);
      await closeModals(desk, user, view, how);
    },
    opensHome: async () => {
      present();
      homeOpen = true;
      await openHome(desk, user);
    },
    sees: (pattern, { timeoutSeconds = 60, ...where } = {}) =>
      until(
        () => seen(pattern, where),
        timeoutSeconds,
        () =>
          `After ${timeoutSeconds} s ${user.name} does not see ${String(pattern)}.\n${user.name} sees, newest first:\n\n${screen(where)}`,
      ),
    canSee: (pattern, where = {}) => seen(pattern, where) !== undefined,
    screen,
    reloads: () => {
      homeOpen = false;
      forgetEphemerals(state, user.id);
    },
  };
}
