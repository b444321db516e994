// Which pairs of files on one host hold the same bytes, found out there: no content comes to the bot.

import { isFailure, PasserelleError } from "../errors.ts";
import { capture } from "../transport/capture.ts";
import { quote } from "../transport/shell.ts";
import type { Transport } from "../transport/transport.ts";
import { moved } from "./hash.ts";
import type { Listing } from "./listing.ts";
import { nulList, slices } from "./nul-list.ts";
import type { OpenPairs } from "./pairing.ts";

/** One side as far as it matters here. `root` is absolute. */
export type ContentSide = { readonly root: string; readonly listing: Listing };

const channels = 4;
const pairsPerChannel = 5000;
// What a pair costs beside its bytes: opening both is worth reading about this many.
const pairWeight = 32 * 1024;

/**
 * 1 for each pair of files, of the same size by their listings, whose bytes are the same; `undefined` where the host has no
 * tool that compares many pairs at once.
 */
export async function sameContent(
  transport: Transport,
  preprod: ContentSide,
  prod: ContentSide,
  pairs: OpenPairs,
): Promise<Uint8Array | undefined> {
  const all = pairs.prod.map((_, at) => at);
  const weightOf = (at: number): number => prod.listing.size(pairs.prod[at] ?? 0) + pairWeight;
  const parts = slices(all, weightOf, channels, pairsPerChannel);
  const same = new Uint8Array(all.length);
  const results = await Promise.all(
    parts.map((part) => compareSlice(transport, preprod, prod, pairs, part, same)),
  );
  return results.every((result) => result) ? same : undefined;
}

async function compareSlice(
  transport: Transport,
  preprod: ContentSide,
  prod: ContentSide,
  pairs: OpenPairs,
  part: readonly number[],
  same: Uint8Array,
): Promise<boolean> {
  const bytes = part.reduce((sum, at) => sum + prod.listing.size(pairs.prod[at] ?? 0), 0);
  const script = `
command -v perl >/dev/null 2>&1 || exit 69
exec perl -e ${quote(comparePairs)}`;
  let answer: string;
  try {
    const { stdout } = await capture(transport, script, {
      what: "comparing files",
      input: pairList(preprod, prod, pairs, part),
      maxBytes: 64 * 1024 + 64 * part.length,
      timeoutSeconds: 300 + Math.ceil(bytes / 5_000_000),
    });
    answer = stdout.toString("latin1");
  } catch (error) {
    if (isFailure(error, "command-failed") && error.details["code"] === 69) return false;
    throw error;
  }
  const lines = answer.split("\n");
  // Only a comparison that came to its end, with every pair, says that the others are equal.
  if (lines.at(-2) !== `end ${part.length}`) throw new Error("a comparison of files that did not end");
  for (const at of part) same[at] = 1;
  for (const line of lines.slice(0, -2)) {
    const [number = "", what = "", side = "", reason = ""] = line.split("\t");
    const at = part[Number(number)];
    if (at === undefined) throw new Error(`a comparison of files that said ${JSON.stringify(line)}`);
    same[at] = 0;
    if (what === "differs") continue;
    const [{ root, listing }, places] = side === "prod" ? [prod, pairs.prod] : [preprod, pairs.preprod];
    const path = listing.path(places[at] ?? 0);
    if (what === "denied") {
      throw new PasserelleError("scan-failed", { host: transport.host, path: `${root}/${path}`, reason });
    }
    throw moved(transport, root, path);
  }
  return true;
}

/** Both roots, then size and both paths of each pair; copied from the listings as they are. */
function pairList(
  preprod: ContentSide,
  prod: ContentSide,
  pairs: OpenPairs,
  part: readonly number[],
): Uint8Array {
  const roots = nulList([preprod.root, prod.root]);
  let length = roots.length;
  for (const at of part) {
    const [left, right] = [pairs.preprod[at] ?? 0, pairs.prod[at] ?? 0];
    length += pathLength(preprod.listing, left) + pathLength(prod.listing, right) + sizeDigits + 3;
  }
  const list = Buffer.alloc(length);
  let end = roots.copy(list);
  for (const at of part) {
    const right = pairs.prod[at] ?? 0;
    end += list.write(`${prod.listing.size(right)}\0`, end, "latin1");
    end = copyPath(preprod.listing, pairs.preprod[at] ?? 0, list, end);
    end = copyPath(prod.listing, right, list, end);
  }
  return list.subarray(0, end);
}

const sizeDigits = 20;

function pathLength(listing: Listing, index: number): number {
  return listing.pathEnd(index) - listing.pathStart(index);
}

/** With the NUL after it. A loop: for names of this length it costs less than a view of the bytes would. */
function copyPath(listing: Listing, index: number, list: Buffer, start: number): number {
  const { bytes } = listing;
  const to = listing.pathEnd(index);
  let end = start;
  for (let from = listing.pathStart(index); from < to; from += 1) {
    list[end] = bytes[from] ?? 0;
    end += 1;
  }
  return end + 1;
}

// POSIX::open and not perl's own: three system calls less for each file, which is a third of the time for small ones.
// O_NONBLOCK keeps a fifo that took a file's place from holding us; a file of another size than listed has moved.
const comparePairs = `
use strict; use POSIX ();
binmode STDIN; $/ = "\\0";
my $flags = POSIX::O_RDONLY() | POSIX::O_NONBLOCK();
my $n = -1; my ($x, $y, $size, $p, $q);
chomp(my $a = <STDIN>); chomp(my $b = <STDIN>);
sub failed { print "$n\\t", ($!{EACCES} || $!{EPERM} || $!{EIO} ? "denied" : "moved"), "\\t$_[0]\\t$!\\n" }
PAIR: while (defined($size = <STDIN>)) {
  chomp $size; chomp($p = <STDIN>); chomp($q = <STDIN>); $n++;
  my $f = POSIX::open("$a/$p", $flags); if (!defined $f) { failed("preprod"); next }
  my $g = POSIX::open("$b/$q", $flags); if (!defined $g) { failed("prod"); POSIX::close($f); next }
  while ($size > 0) {
    my $want = $size < 1048576 ? $size : 1048576;
    my $k = POSIX::read($f, $x, $want); if (!defined $k) { failed("preprod"); last }
    my $l = POSIX::read($g, $y, $want); if (!defined $l) { failed("prod"); last }
    if ($k < $want) { print "$n\\tmoved\\tpreprod\\n"; last }
    if ($l < $want) { print "$n\\tmoved\\tprod\\n"; last }
    if ($x ne $y) { print "$n\\tdiffers\\n"; last }
    $size -= $want;
  }
  POSIX::close($f); POSIX::close($g);
}
print "end ", $n + 1, "\\n";
`;
