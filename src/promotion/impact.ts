// What a promotion made of PROD: before and after, for people.

export type Impact = {
  readonly filesChanged: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly healthBefore: string;
  readonly healthAfter: string;
  /** From the end of the swap to the first good answer. */
  readonly downtimeSeconds: number;
  readonly swapMilliseconds: number;
  /** Files of PROD that follow a rule. */
  readonly filesBefore?: number;
  readonly filesAfter?: number;
  /** What the pages answered: `200 in 84 ms`. */
  readonly answersBefore?: string;
  readonly answersAfter?: string;
  /** Forbidden lines of the log: among the last ones before, since the restart after. */
  readonly logErrorsBefore?: number;
  readonly logErrorsAfter?: number;
  /** Where PROD has several hosts: each as it is now. What else is told is of the one that had most of it, or the worst. */
  readonly hosts?: readonly HostImpact[];
};

export type HostImpact = {
  readonly host: string;
  readonly downtimeSeconds: number;
  readonly healthAfter: string;
  readonly answersAfter: string;
  /** Nothing of it was changed, so it went on running. */
  readonly untouched: boolean;
};
