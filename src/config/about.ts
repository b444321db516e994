// Small parts of the schema that each of its blocks uses.

import { z } from "zod";

/** Says what a key is for, and what holds when it is left out. */
export function about(description: string, otherwise?: string | number | boolean) {
  return otherwise === undefined ? { description } : { description, default: otherwise };
}

export function count(least: number, most: number) {
  return z.int().min(least).max(most);
}
