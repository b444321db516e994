// What was seen of both sides before anything is inferred: names and sizes of all, hashes and texts of some.

export type SurveyedFile = {
  readonly size: number;
  /** Of a link; it is taken for a file whose content this is. */
  readonly target?: string;
};

export type SurveyedSide = {
  readonly files: ReadonlyMap<string, SurveyedFile>;
  /** Without the root. */
  readonly directories: ReadonlySet<string>;
  /** sha256 of files whose size the other side has too. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, string>;
};

/** A compose file or a unit near PROD, on its host. */
export type NearbyFile = { readonly path: string; readonly text: string };

export type Surroundings = {
  /** The login's home on PROD's host. */
  readonly home: string;
  /** PROD's root, links resolved. */
  readonly prodRoot: string;
  readonly preprodRoot: string;
  /** Whether PROD is to be written as `~/…`, as the person wrote it. */
  readonly isBelowHome: boolean;
  readonly composeFiles: readonly NearbyFile[];
  readonly units: readonly NearbyFile[];
};

export type Survey = {
  readonly preprod: SurveyedSide;
  readonly prod: SurveyedSide;
  readonly surroundings: Surroundings;
};
