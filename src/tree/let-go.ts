// Lets go of what has passed through us before the engine would by itself: it counts objects, and these are few and large.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options?: { readonly type: "minor" }) => void;

export type LettingGo = {
  /** Call it for what passes; without it a stream of hundreds of megabytes holds a hundred of garbage. */
  readonly passed: (bytes: number) => void;
  readonly end: () => void;
};

const bytesBetween = 1024 * 1024;
let collect: Collect | undefined;
let largeOnes = 0;

export function lettingGo(): LettingGo {
  let sinceLast = 0;
  let isLarge = false;
  return {
    passed(bytes) {
      sinceLast += bytes;
      if (sinceLast < bytesBetween) return;
      sinceLast = 0;
      collect ??= collector();
      if (isLarge) return collect({ type: "minor" });
      isLarge = true;
      largeOnes += 1;
      // What was planned before is garbage by now, and the heap shall not grow into its room: until the end, for it slows other work.
      setFlagsFromString("--optimize-for-size");
      collect();
    },
    end() {
      if (!isLarge) return;
      largeOnes -= 1;
      if (largeOnes === 0) setFlagsFromString("--no-optimize-for-size");
    },
  };
}

function collector(): Collect {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as Collect;
}
