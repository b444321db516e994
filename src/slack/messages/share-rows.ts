// How many lines each of many groups gets of few: all of them where they fit, else a fair share, else the first groups. Pure.

/**
 * For groups of these sizes, in order of importance, how many members of each to show; fewer shares than groups when not even
 * all headings fit. A group of one costs one row, any other one for its heading, one for each member shown, one for "… more".
 */
export function shareRows(counts: readonly number[], rows: number): readonly number[] {
  const most = Math.max(1, ...counts);
  for (let share = Math.min(most, rows); share >= 2; share -= 1) {
    const shares = counts.map((count) => Math.min(count, share));
    if (costOf(counts, shares) <= rows) return shares;
  }
  // Too many groups: the first ones show what they hold, the next ones that they are there, the rest is counted.
  const shares: number[] = [];
  let left = rows - 1;
  for (const [index, count] of counts.entries()) {
    const wanted = index < 3 || count === 1 ? Math.min(count, 3) : 0;
    const share = costOf([count], [wanted]) <= left ? wanted : 0;
    const cost = costOf([count], [share]);
    if (cost > left) break;
    left -= cost;
    shares.push(share);
  }
  return shares;
}

function costOf(counts: readonly number[], shares: readonly number[]): number {
  return counts.reduce((sum, count, index) => {
    const share = shares[index] ?? 0;
    if (count <= 1) return sum + 1;
    return sum + 1 + share + (share > 0 && count > share ? 1 : 0);
  }, 0);
}
