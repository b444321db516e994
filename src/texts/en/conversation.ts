// What the bot answers to commands and clicks, in English. Values arrive already safe for where they are shown; no markup here.

import { englishMeasures as measures } from "../measures.ts";

const { count } = measures;

export const conversation = {
  comparing: (app: string) => `Comparing PREPROD and PROD of ${app}…`,
  fileComing: "The file is on its way to the thread.",
  fileAlready: "It is in the thread already.",
  countedForYou: (have: number, need: number) => `Your approval counts: ${have} of ${need}.`,
  stopAsked: "Stopping. PROD goes back to what it was.",
  nothingToStop: "There is nothing to stop: it has ended already.",
  rollbackStarted: (id: string) => `Rolling back to ${id}. Progress is in the channel.`,
  rollbackStopping: "A promotion was running: it was told to stop and go back, which is the rollback.",
  slackDeclined: (code: string) =>
    `Slack declined: ${code}. Try again; if it stays so, the bot's log says more.`,
  inviteBot: (bot: string) =>
    `Slack does not let the bot post here. Invite ${bot} into this channel, then try again.`,
  mayNotPost: (code: string) =>
    `Slack does not let the bot post in this channel (${code}). Whoever manages the channel or the workspace can allow it.`,
  unexpected: (id: string) =>
    `Something went wrong inside the bot. Nothing was decided by this. Report it with the id ${id}; the details are in the bot's log under it.`,

  refusals: {
    unknownPlan: "This plan is not known any more. Make a new one.",
    notAnApprover: (who: string) => `You may not decide this. Those who may: ${who}.`,
    ownRequest: "You asked for this promotion, so somebody else has to approve it.",
    alreadyCounted: "Your approval is counted already. It needs somebody else's now.",
    alreadyDecided: (verdict: string) => `Too late: ${verdict}.`,
    decided: {
      open: "it is still open",
      approved: "approved",
      rejected: "rejected",
      expired: "it expired",
      stale: "it went stale",
      replaced: "a newer plan replaced it",
    },
    by: (who: string) => `by ${who}`,
    expired: (when: string) => `This plan expired ${when}. Nothing was changed. Make a new one.`,
    blocked: (checks: string) =>
      `A check blocks this plan: ${checks}. Correct PREPROD, then make a new plan.`,
    drift: (paths: string) =>
      `Somebody changed PROD by hand, and this plan would overwrite it: ${paths}. Bring it back into PREPROD, or acknowledge that it is overwritten: \`Approve & overwrite\` in Slack, \`--overwrite-drift\` at a terminal.`,
    wrongChannel: "This plan can only be decided in the channel it was posted in.",
    nothingToDo: "There is nothing to promote: PROD already has everything.",
    locked: (app: string, by: string, reason: string) => `${app} is locked by ${by}: ${reason}.`,
    lockedUntil: (when: string) => `Until ${when}.`,
    running: "A promotion is running already. One at a time.",
    membershipUnknown:
      "Slack did not say who the approvers are, so nothing was decided. Try again in a moment.",
    noRestorePoint:
      "There is no healthy restore point to go back to. `passerelle restore-points` lists what is there.",
    show: "Show promotion",
    otherChannel: (app: string, channel: string) => `${app} is promoted in ${channel} only.`,
    whichApp: (apps: string) => `Which app? Say its name: ${apps}.`,
    unknownApp: (name: string, apps: string) => `There is no app called ${name}. Known: ${apps}.`,
    noAppHere: "No app is promoted in this channel.",
  },

  lock: {
    locked: (app: string, by: string, reason: string) => `${app} is locked by ${by}: ${reason}`,
    until: (when: string) => `Nobody promotes until ${when}. Rolling back stays possible.`,
    untilUnlocked: "Nobody promotes until it is unlocked. Rolling back stays possible.",
    unlocked: (app: string, by: string) => `${app} was unlocked by ${by}`,
    wasNotLocked: (app: string) => `${app} was not locked.`,
    needsReason: "Say why, so that the others know: `/promote lock 2h database migration`.",
    unlock: "Unlock",
    unlockTitle: "Unlock?",
    unlockText: "Promotions become possible again at once.",
    keep: "Keep the lock",
    open: "Lock…",
    title: "Lock promotions",
    submit: "Lock",
    about: (app: string) => `Nobody promotes ${app} meanwhile. Rolling back stays possible.`,
    howLong: "For how long?",
    untilSomebody: "until somebody unlocks it",
  },

  reject: {
    title: "Reject this plan",
    submit: "Reject",
    cancel: "Cancel",
    why: "Why?",
    hint: "Optional; shown in the channel",
  },

  rollback: {
    title: "Roll back PROD",
    submit: "Roll back",
    cancel: "Cancel",
    close: "Close",
    loading: "Looking for restore points…",
    warning: (app: string, restarts: string) => `PROD of ${app} is live. Restarts: ${restarts}.`,
    point: "Restore point",
    choose: "Choose one",
    optionText: (when: string, id: string) => `${when} · before ${id}`,
    optionFacts: (files: number, bytes: number, health: string) =>
      `${count(files, "file", "files")} · ${measures.bytes(bytes)} · ${health}`,
    why: "Why?",
    hint: "Posted in the channel",
    confirm: "Type PROD to confirm",
    wrongWord: "Type PROD, in capitals.",
    chooseOne: "Choose a restore point.",
    none: (app: string) => `There is no restore point for ${app} yet.`,
    offer: "Choose the restore point to go back to:",
  },

  status: {
    healthWords: { healthy: "healthy", unhealthy: "not healthy", unknown: "health not known" },
    running: (id: string, step: string) => `${id} is running: ${step}`,
    nothingRunning: "nothing running",
    waiting: (n: number) => count(n, "plan waiting", "plans waiting"),
    nothingWaiting: "no plan waiting",
    locked: (by: string, reason: string) => `locked by ${by}: ${reason}`,
    lockedUntil: (when: string) => `until ${when}`,
    notLocked: "not locked",
    last: "Last:",
    never: "never promoted",
    link: { up: "Slack link up", down: "Slack link down" },
    seeDiff: "See diff",
    share: "Post in channel",
    sentence: (app: string, state: string) => `${app}: ${state}.`,
  },

  history: {
    title: (app: string) => `Last promotions of ${app}`,
    empty: (app: string) => `${app} has not been promoted yet.`,
    outcomes: {
      running: "running",
      done: "done",
      "rolled-back": "rolled back",
      refused: "refused",
      parked: "needs a person",
    },
    rollback: "rollback",
    thread: "thread",
    older: "Older",
  },

  help: {
    title: "/promote",
    lines: [
      ["/promote diff [app] [--with group]", "what would change, with Approve and Reject"],
      ["/promote status [app]", "what runs now"],
      ["/promote rollback [app]", "go back to a restore point"],
      ["/promote history [app]", "the last promotions"],
      ["/promote logs [app]", "the log of the last promotion, as a file"],
      ["/promote lock [app] 2h reason", "nobody promotes for a while"],
      ["/promote unlock [app]", "promotions are possible again"],
      ["/promote doctor [app]", "whether everything the bot needs is there"],
    ] as readonly (readonly [string, string])[],
    thread: (bot: string) =>
      `Slash commands do not work in threads: mention ${bot} there, for example “${bot} status”.`,
    unknown: (words: string) => `“${words}” is not something I know.`,
    suggestion: (command: string) => `Did you mean ${command}?`,
    unexpectedWord: (word: string) => `I do not understand “${word}” there.`,
    durationWanted: (word: string) => `“${word}” is not a duration. Write 30m, 2h or 1d.`,
    groupWanted: "Say which group after --with.",
  },

  overview: {
    title: "Promotions",
    refresh: "Refresh",
    where: (channel: string) => `Promoted in ${channel}`,
    waits: "Waiting",
    lock: "Lock",
    review: "Review changes",
    open: "Open",
    forYou: "Waiting for you",
    planned: (channel: string) => `The plan is in ${channel}.`,
    onlyLook: "You are not in its channel, so you may only look.",
    youMay: (deeds: string) => `You may ${deeds}.`,
    mayApprove: "approve",
    mayAlways: ["ask for plans", "roll back", "lock"] as readonly string[],
    updated: (when: string) => `Updated ${when}`,
  },

  logs: { none: (app: string) => `${app} has no promotion whose log could be shown.` },
  doctor: {
    terminalOnly: "Run `passerelle doctor` on the bot's machine.",
    looking: "Looking at everything the bot needs …",
    title: "passerelle doctor",
  },
};
