// What a plan says of the groups that may be chosen, of large files and of what the rules account for, in English.

import { englishMeasures as measures } from "../measures.ts";

const { count, number } = measures;

/** The largest unit that is not zero: nobody needs the minutes of three days. */
function age(seconds: number): string {
  if (seconds < 60) return "just made";
  if (seconds < 3600) return `${count(Math.floor(seconds / 60), "minute", "minutes")} old`;
  if (seconds < 86_400) return `${count(Math.floor(seconds / 3600), "hour", "hours")} old`;
  return `${count(Math.floor(seconds / 86_400), "day", "days")} old`;
}

export const offering = {
  age,
  choose: "Choose what goes along:",
  files: (n: number) => count(n, "file", "files"),
  empty: "nothing there in PREPROD",
  inProd: {
    same: "PROD has it already",
    other: "PROD has another",
    missing: "not in PROD yet",
    unsure: "not compared with PROD",
  },
  behind: (n: number, of: number) => `${number(n)} of ${count(of, "file", "files")} not as in PROD`,
  allSame: "PROD has all of it already",
  unsure: (n: number) => `${number(n)} not compared`,
  notChosen: "Not asked for:",
  askFor: (command: string) => `${command} brings it along.`,
  large: "Large:",
  wasInProd: (size: string, age: string) => `PROD's is ${size}, ${age}`,
  covered: (side: string, parts: string) => `${side}: ${parts}`,
  accounted: "Every path accounted for.",
  mapped: (n: number) => `${number(n)} by a rule`,
  unselected: (n: number) => `${number(n)} of other groups`,
  ignored: (n: number) => `${number(n)} ignored`,
  protected: (n: number) => `${number(n)} protected`,
  unexplained: (n: number) => `${number(n)} unexplained`,
  before: "before",
  after: "after",
  newImage: (size: string) => `new, ${size}`,
  changedImage: (before: string, after: string) => `before (${before}) and after (${after})`,
  imageText: (name: string, when: string) => `${name}, ${when} the promotion`,
  moreImages: (n: number) =>
    `${count(n, "more image is", "more images are")} not shown: at most 5 of at most 1 MB each are.`,
  onlyRequester: (by: string, command: string) =>
    `Only ${by}, who asked for this plan, chooses what goes along. ${command} makes a plan of your own.`,
};
