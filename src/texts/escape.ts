// What Slack's mrkdwn needs so that data stays data: nothing foreign may ping, link or be cut in half.

/** Exactly the three characters Slack reads as control; anything more would show as entities. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Inside backticks: Slack has no way to escape one, so a look-alike stands in. */
export function codeMrkdwn(text: string): string {
  const inside = text.replaceAll("`", "ˋ");
  return `\`${escapeMrkdwn(inside === "" ? " " : inside)}\``;
}

/** Shortens finished mrkdwn to at most `max` UTF-16 units without cutting an entity, a `<…>` or a surrogate pair in two. */
export function clipMrkdwn(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = max - 1;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  let kept = text.slice(0, end);
  const open = kept.lastIndexOf("<");
  if (open > kept.lastIndexOf(">")) kept = kept.slice(0, open);
  const entity = kept.lastIndexOf("&");
  if (entity > kept.lastIndexOf(";") && entity >= kept.length - 5) kept = kept.slice(0, entity);
  return `${kept}…`;
}

/** A moment in the reader's own time zone; the fallback is for clients that cannot. */
export function slackDate(iso: string, form: "time" | "date" | "moment" = "moment"): string {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  if (!Number.isFinite(seconds)) return escapeMrkdwn(iso);
  const utc = new Date(seconds * 1000).toISOString();
  const fallback = `${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC`;
  const tokens = { time: "{time}", date: "{date_short_pretty}", moment: "{date_short_pretty} {time}" }[form];
  return `<!date^${seconds}^${tokens}|${fallback}>`;
}
