// The workspace as tests, demos and the page hold it: its people, its state, its transcript, what happens in it.

import type { AppLink } from "./delivery.ts";
import type { Desk } from "./interactions.ts";
import type { WorkspaceEvent } from "./news.ts";
import { createPerson, type Person } from "./people.ts";
import { createResponseUrls } from "./response-url.ts";
import { messageText, readerFor } from "./screen.ts";
import { channelNamed, type Message, type State, userNamed } from "./state.ts";
import { transcript } from "./transcript.ts";
import type { Triggers } from "./triggers.ts";

export type Workspace = {
  /** Everything there is, to look into; a seed's ids are its keys. */
  readonly state: State;
  /** By name; the same person each time. */
  person(name: string): Person;
  /** The messages of a channel, replies included, oldest first. */
  messages(channel: string): readonly Message[];
  /** A message in the words people read. */
  read(message: Message): string;
  transcript(options?: { readonly as?: string; readonly in?: string }): string;
  readonly events: AsyncIterable<WorkspaceEvent>;
  watch(listener: (event: WorkspaceEvent) => void): () => void;
};

export function createWorkspace(
  state: State,
  triggers: Triggers,
  link: AppLink,
): { workspace: Workspace; desk: Desk } {
  const desk: Desk = { state, triggers, responseUrls: createResponseUrls(state), link };
  const people = new Map<string, Person>();
  const workspace: Workspace = {
    state,
    person: (name) => {
      const user = userNamed(state, name);
      const person = people.get(user.id) ?? createPerson(desk, user);
      people.set(user.id, person);
      return person;
    },
    messages: (channel) => channelNamed(state, channel).messages,
    read: (message) => {
      const reader = [...state.users.values()].find((user) => !user.bot);
      return reader === undefined ? message.text : messageText(state, message, readerFor(state, reader));
    },
    transcript: (options = {}) =>
      transcript(state, {
        ...(options.as === undefined ? {} : { as: userNamed(state, options.as) }),
        channels: options.in === undefined ? [...state.channels.values()] : [channelNamed(state, options.in)],
      }),
    events: state.news.events,
    watch: state.news.watch,
  };
  return { workspace, desk };
}
