// What "healthy" means: the outcome of asking PROD, with what was seen.

export type HealthReport = {
  readonly outcome: "healthy" | "unhealthy";
  /** One short sentence for a failed probe: `GET http://localhost:8501 answered 503`; empty when healthy. */
  readonly reason: string;
  readonly probes: readonly ProbeResult[];
  /** Log lines since the restart that explain a failure, or the last ones; already capped, not yet masked. */
  readonly excerpt: readonly string[];
  readonly waitedSeconds: number;
};

export type ProbeResult = {
  readonly name: string;
  readonly ok: boolean;
  /** `200 in 84 ms`, `connection refused`, `container is restarting`, `2 lines match Traceback`. */
  readonly seen: string;
  readonly milliseconds: number;
};
