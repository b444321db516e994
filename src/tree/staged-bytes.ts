// How much of a large staging is there already, looked at from outside while a job copies.

import type { Transport } from "../transport/transport.ts";
import { prelude } from "./target-shell.ts";

const script = `${prelude}
du -sB1 -- "$(home "$1")/staging/$2" 2>/dev/null | cut -f1
`;

export type StagedWatch = { readonly end: () => Promise<void> };

/** Only an estimate, for people: a look that fails says nothing. */
export function watchStagedBytes(options: {
  readonly transport: Transport;
  readonly stateDir: string;
  /** Below `staging`. */
  readonly directory: string;
  readonly report: (bytes: number) => void;
  readonly everySeconds?: number;
}): StagedWatch {
  const { transport, stateDir, directory, report, everySeconds = 2 } = options;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    try {
      const answer = await transport.run(script, { args: [stateDir, directory], timeoutSeconds: 20 });
      const bytes = Number(answer.stdout.toString("latin1").trim());
      if (answer.outcome === "exited" && bytes > 0) report(bytes);
    } catch {
      // The copying itself says what is wrong with the host.
    } finally {
      looking = undefined;
    }
  };
  const timer = setInterval(() => {
    looking ??= look();
  }, everySeconds * 1000);
  return {
    async end() {
      clearInterval(timer);
      await looking;
    },
  };
}
