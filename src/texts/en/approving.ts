// What the Approve button says when there is more to acknowledge than the plan itself, in English. Plain text.

import { englishMeasures as measures } from "../measures.ts";

const { count, number } = measures;
const others = (more: number) => (more > 0 ? ` and ${number(more)} more` : "");

export const approving = {
  overwrite: {
    button: "Approve & overwrite",
    title: (n: number) => `Overwrite ${count(n, "file", "files")} changed in PROD?`,
    yes: "Promote & overwrite",
  },
  delete: {
    button: "Approve & delete",
    title: (n: number) => `Delete ${count(n, "path", "paths")} of PROD?`,
    yes: "Promote & delete",
  },
  both: {
    button: "Approve, overwrite & delete",
    title: (n: number) => `Overwrite or delete ${count(n, "path", "paths")} of PROD?`,
    yes: "Promote all the same",
  },
  named: {
    overwrite: (n: number, names: string, more: number) =>
      `Changed in PROD by hand, and ${n === 1 ? "is" : "are"} overwritten: ${names}${others(more)}.`,
    delete: (_n: number, names: string, more: number) => `Deleted from PROD: ${names}${others(more)}.`,
  },
};
