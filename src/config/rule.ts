// What a rule between the keys of a configuration is.

import type { Mistake } from "./mistakes.ts";
import type { KeyPath } from "./positions.ts";
import type { Salvaged } from "./salvage.ts";
import type { WrittenApp, WrittenConfig } from "./schema.ts";

export type Config = Salvaged<WrittenConfig>;
export type App = Salvaged<WrittenApp>;
export type Rule = (config: Config) => Iterable<Mistake>;
export type AppRule = (app: App, at: KeyPath, config: Config) => Iterable<Mistake>;

export function wrong(path: KeyPath, sentence: string, part: "key" | "value" = "value"): Mistake {
  return { path, sentence, part };
}
