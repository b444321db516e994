// Whether two sides are one directory, or one lies in the other, whatever they are called. Pure.

import { PasserelleError } from "../errors.ts";
import type { ScanFacts } from "./scan.ts";

/** By device and inode; two names of one machine are told by the time it was started. */
export function sidesOverlap(
  preprod: Omit<ScanFacts, "startedAt">,
  prod: Omit<ScanFacts, "startedAt">,
): PasserelleError | undefined {
  const oneMachine = preprod.host === prod.host || (preprod.bootId !== "" && preprod.bootId === prod.bootId);
  if (!oneMachine) return undefined;
  const [preprodRoot = "", prodRoot = ""] = [preprod.lineage[0], prod.lineage[0]];
  if (!preprod.lineage.includes(prodRoot) && !prod.lineage.includes(preprodRoot)) return undefined;
  return new PasserelleError("sides-overlap", {
    host: prod.host,
    reason: `${preprod.root}, ${prod.root}`,
    preprod: preprod.root,
    prod: prod.root,
  });
}
