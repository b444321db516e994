// Does one deed per key, never two of a key at once: what is asked for meanwhile is done once after, spaced, and retried.

export type OneAtATimeOptions<Key> = {
  /** True when it did something that the next one has to keep its distance from. */
  readonly deed: (key: Key) => Promise<boolean>;
  /** Between two deeds of a key; with several keys at work, that many times as long. */
  readonly spacingMilliseconds: number;
  /** How long to wait before trying again. `failures` counts from 1. */
  readonly waitAfter: (key: Key, error: unknown, failures: number) => number;
};

export type OneAtATime<Key> = {
  /** What is urgent does not keep its distance, but waits out a failure like anything else. */
  readonly ask: (key: Key, urgent: boolean) => void;
  /** Begins nothing more, and ends when what was begun has ended. */
  readonly stop: () => Promise<void>;
};

type Line = {
  asked: boolean;
  urgent: boolean;
  failures: number;
  doneAt: number;
  working: Promise<void> | undefined;
  wake: (() => void) | undefined;
};

export function createOneAtATime<Key>(options: OneAtATimeOptions<Key>): OneAtATime<Key> {
  const { deed, spacingMilliseconds, waitAfter } = options;
  const lines = new Map<Key, Line>();
  let stopped = false;

  function ask(key: Key, urgent: boolean): void {
    if (stopped) return;
    const line = lines.get(key) ?? newLine();
    lines.set(key, line);
    line.asked = true;
    line.urgent ||= urgent;
    if (urgent && line.failures === 0) line.wake?.();
    line.working ??= work(key, line).finally(() => {
      line.working = undefined;
      if (!line.asked) lines.delete(key);
      else ask(key, line.urgent);
    });
  }

  async function work(key: Key, line: Line): Promise<void> {
    while (line.asked && !stopped) {
      const next = line.doneAt + spacingMilliseconds * Math.max(1, lines.size);
      if (!line.urgent) await pause(line, next - Date.now());
      if (stopped) return;
      line.asked = false;
      line.urgent = false;
      try {
        if (await deed(key)) line.doneAt = Date.now();
        line.failures = 0;
      } catch (error) {
        line.asked = true;
        line.failures += 1;
        await pause(line, waitAfter(key, error, line.failures));
      }
    }
    // Kept for a moment, so that the next one keeps its distance from the last.
    if (!stopped && line.doneAt > 0) await pause(line, line.doneAt + spacingMilliseconds - Date.now());
  }

  return {
    ask,
    async stop() {
      stopped = true;
      for (const line of lines.values()) line.wake?.();
      await Promise.allSettled([...lines.values()].map((line) => line.working));
    },
  };
}

function newLine(): Line {
  return { asked: false, urgent: false, failures: 0, doneAt: 0, working: undefined, wake: undefined };
}

function pause(line: Line, milliseconds: number): Promise<void> {
  if (milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      line.wake = undefined;
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    line.wake = done;
  });
}
