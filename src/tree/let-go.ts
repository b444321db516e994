// Lets go of what has passed through us before the engine would by itself: it counts objects, and these are few and large.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { readonly type: "minor" }) => void;

const bytesBetween = 4 * 1024 * 1024;
let collect: Collect | undefined;

/** Call it for what passes; without it a stream of hundreds of megabytes holds a hundred of garbage. */
export function lettingGo(): (bytes: number) => void {
  collect ??= collector();
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < bytesBetween) return;
    passed = 0;
    collect?.({ type: "minor" });
  };
}

function collector(): Collect {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as Collect;
}
