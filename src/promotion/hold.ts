// One promotion's hold on a target: its state directory, its claim and the runner of its jobs, made when first needed.

import type { AppConfig, HostConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { claim, readClaim, release } from "../transport/claim.ts";
import type { RunJob } from "../transport/job.ts";
import { createJobRunner } from "../transport/job-runner.ts";
import { prepareStateDir } from "../transport/state-dir.ts";
import type { Transport } from "../transport/transport.ts";
import type { Prod } from "../tree/swap.ts";

export type Hold = { readonly prod: Prod; readonly runJob: RunJob; readonly token: number };

export type Holding =
  | { readonly outcome: "held"; readonly hold: Hold }
  | { readonly outcome: "busy"; readonly owner: string; readonly holder: string; readonly since: Date };

export type Holder = {
  /**
   * Claims the target once per process; a process that goes on after another one died claims anew and so fences that one
   * off. Throws `job-fenced` when the claim went to somebody else while this promotion was already under way.
   */
  take(options: { readonly first: boolean }): Promise<Holding>;
  /** Whether the newest claim on what was taken is this one. */
  isNewest(): Promise<boolean>;
  letGo(): Promise<void>;
};

export function createHolder(options: {
  readonly app: AppConfig;
  readonly host: HostConfig;
  readonly owner: string;
  /** For the people who meet the claim: who, from where. */
  readonly holder: string;
  /** A rollback takes the target from whoever holds it: an incident waits for nobody. */
  readonly force: boolean;
  readonly transportFor: (host: HostConfig) => Transport;
  /** How long the host may be out of reach while a job of ours runs there. */
  readonly patienceSeconds?: number;
}): Holder {
  const { app, host, owner, holder, force, transportFor, patienceSeconds } = options;
  let taken: Hold | undefined;
  return {
    async take({ first }) {
      if (taken !== undefined) return { outcome: "held", hold: taken };
      const transport = transportFor(host);
      const { stateDir, prodRoot } = await prepareStateDir(transport, app.prod.root, app.name);
      const claimed = await claim(transport, stateDir, { owner, holder, force: force && first });
      if (claimed.outcome === "held") {
        if (!first) throw new PasserelleError("job-fenced", { host: transport.host, by: claimed.owner });
        return { outcome: "busy", owner: claimed.owner, holder: claimed.holder, since: claimed.since };
      }
      const { token } = claimed;
      const runJob = createJobRunner({
        ...{ transport, stateDir, token, owner, pollSeconds: 0.5 },
        ...(patienceSeconds !== undefined && { patienceSeconds }),
      });
      taken = { prod: { transport, root: prodRoot, stateDir }, runJob, token };
      return { outcome: "held", hold: taken };
    },
    async isNewest() {
      if (taken === undefined) return false;
      const newest = await readClaim(taken.prod.transport, taken.prod.stateDir);
      return newest?.owner === owner && newest.token === taken.token;
    },
    async letGo() {
      if (taken === undefined) return;
      const { prod, token } = taken;
      await release(prod.transport, prod.stateDir, { owner, token });
      taken = undefined;
    },
  };
}

export function preprodHost(app: AppConfig): HostConfig {
  const [host] = app.preprod.hosts;
  if (host === undefined) throw new Error(`${app.name} has no PREPROD host`);
  return host;
}
