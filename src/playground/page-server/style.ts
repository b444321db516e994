// How the page looks: two panes and a sidebar, one column on a phone, light or dark as the reader has it.

const colours = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #1a1d21);
  --raised: light-dark(#f6f7f8, #222529);
  --line: light-dark(#d5d8dc, #3b3f45);
  --ink: light-dark(#1d1c1d, #e8e8e8);
  --quiet: light-dark(#5c6066, #a4a9b0);
  --side: light-dark(#1f3a5f, #14212f);
  --side-ink: #ffffff;
  --side-quiet: #c5d3e4;
  --link: light-dark(#0b5cad, #6cb2f7);
  --primary: light-dark(#00734f, #1f8f68);
  --good: light-dark(#00734f, #4cc79a);
  --danger: light-dark(#c01048, #d92b62);
  --mention: light-dark(#fff3c9, #4a3d10);
  --code: light-dark(#a5154a, #f0a0b8);
  --error: light-dark(#b00d3d, #ff9bb3);
}`;

const frame = `
* { box-sizing: border-box; }
html, body { margin: 0; height: 100%; }
body { background: var(--ground); color: var(--ink); font: 15px/1.47 system-ui, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"; }
button, select, input, textarea { font: inherit; color: inherit; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
.workspace { display: grid; grid-template-columns: 240px minmax(0, 1fr); height: 100dvh; }
.workspace.with-thread { grid-template-columns: 240px minmax(0, 1fr) minmax(320px, 38%); }
.skip { position: absolute; left: -999px; z-index: 2; padding: .5em 1em; background: var(--ground); }
.skip:focus { left: 8px; top: 8px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet, .optional, .hint { color: var(--quiet); font-size: .87em; }
.error { color: var(--error); margin: .3em 0; }
.empty, .loading { color: var(--quiet); padding: 1em; text-align: center; }
.sidebar { background: var(--side); color: var(--side-ink); padding: 12px; overflow-y: auto; }
.sidebar h1 { font-size: 1.15em; margin: 4px 8px 12px; }
.sidebar h2 { font-size: .85em; font-weight: 500; color: var(--side-quiet); margin: 16px 8px 4px; }
.sidebar ul { list-style: none; margin: 0; padding: 0; }
.sidebar .quiet, .sidebar .status { color: var(--side-quiet); }
.sidebar .status { font-size: .87em; margin: 16px 8px 0; }
.sidebar :focus-visible { outline-color: #ffffff; }
.place { display: flex; gap: 8px; width: 100%; padding: 4px 8px; border: 0; border-radius: 6px; background: none; color: inherit; text-align: left; cursor: pointer; }
.place:hover { background: rgb(255 255 255 / 12%); }
.place[aria-current] { background: #ffffff; color: #1d1c1d; }
.place.unread { font-weight: 700; }
.mark { width: 1.2em; text-align: center; }
.you { display: grid; gap: 2px; margin: 0 8px; }
.you label { font-size: .85em; color: var(--side-quiet); }
.you select { width: 100%; padding: 4px 6px; border: 0; border-radius: 6px; color: var(--ink); background: var(--ground); }
.pane { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.pane:focus { outline: none; }
.pane.thread { border-left: 1px solid var(--line); }
.pane-head { display: flex; align-items: baseline; gap: 12px; padding: 10px 16px; border-bottom: 1px solid var(--line); }
.pane-head h2 { font-size: 1.1em; margin: 0; }
.pane-head p { margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pane-head .close { margin-left: auto; }
.close { border: 0; background: none; font-size: 1.4em; line-height: 1; cursor: pointer; border-radius: 4px; padding: 2px 8px; }
.close:hover { background: var(--raised); }
@media (max-width: 760px) {
  .workspace, .workspace.with-thread { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto minmax(0, 1fr); }
  .sidebar { display: flex; flex-wrap: wrap; gap: 6px 2px; align-items: center; padding: 8px; max-height: 34dvh; }
  .sidebar h1, .sidebar h2 { display: none; }
  .sidebar ul { display: flex; }
  .sidebar .place { gap: 4px; padding: 4px 7px; white-space: nowrap; }
  .sidebar .wide { display: none; }
  .sidebar .status { margin: 0 8px; }
  .message { grid-template-columns: 28px minmax(0, 1fr); gap: 8px; padding: 6px 12px; }
  .avatar { width: 28px; height: 28px; }
  .message pre { font-size: 11.5px; }
  .sidebar .status.well { display: none; }
  .you { grid-template-columns: auto 1fr; align-items: center; gap: 8px; margin: 0; flex: 1 0 100%; }
  .with-thread .pane.thread { grid-row: 2; grid-column: 1; border: 0; background: var(--ground); z-index: 1; }
  .with-thread main { grid-row: 2; grid-column: 1; visibility: hidden; }
}
@media (prefers-reduced-motion: no-preference) { .button, .place { transition: background-color .12s; } }`;

const messages = `
.messages { flex: 1; min-height: 0; overflow-y: auto; padding: 8px 0; display: flex; flex-direction: column; }
.messages ol { list-style: none; margin: auto 0 0; padding: 0; }
.welcome { margin-top: auto; padding: 8px 16px 0; }
.welcome h3 { margin: 0; font-size: 1.2em; }
.welcome p { margin: 4px 0 8px; }
.thread .welcome { color: var(--quiet); }
.messages.home { display: block; padding: 16px; max-width: 760px; }
.message { position: relative; display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 10px; padding: 6px 16px; }
.message:hover { background: var(--raised); }
.message.alone { background: light-dark(#f3f6fb, #1e242c); }
.message.tombstone { color: var(--quiet); font-style: italic; }
.message header { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: baseline; }
.message time { color: var(--quiet); font-size: .8em; }
.prose time { color: inherit; font-size: 1em; }
.avatar { width: 36px; height: 36px; border-radius: 6px; display: grid; place-items: center; font-weight: 700; color: #ffffff; background: #4a5f7a; }
.avatar-bot { background: #1f3a5f; }
.avatar-slack { background: #5b3a73; }
.badge { font-size: .68em; text-transform: uppercase; padding: 0 4px; border-radius: 3px; background: var(--line); }
.thread-link { border: 0; background: none; padding: 2px 4px; margin-left: -4px; border-radius: 4px; color: var(--link); font-size: .87em; font-weight: 600; cursor: pointer; }
.thread-link.discreet { color: var(--quiet); font-weight: 400; }
@media (hover: hover) {
  .thread-link.discreet { position: absolute; top: -10px; right: 16px; padding: 2px 10px; opacity: 0; border: 1px solid var(--line); background: var(--ground); }
  .message:hover .discreet, .discreet:focus-visible { opacity: 1; }
}
.news { margin-left: 6px; padding: 0 7px; border-radius: 10px; background: var(--danger); color: #ffffff; }
.thread-link:hover { text-decoration: underline; }
.reactions { display: flex; gap: 4px; margin: 4px 0; }
.reaction { border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: .87em; }
.file { margin: 6px 0; border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; max-width: 680px; }
.file pre { max-height: 240px; overflow: auto; margin-bottom: 0; }
.attachment { border-left: 4px solid var(--line); padding-left: 12px; margin: 6px 0; }
.composer { border-top: 1px solid var(--line); padding: 10px 16px; position: relative; }
.composer-row { display: flex; gap: 8px; align-items: end; }
.composer textarea { flex: 1; min-width: 0; resize: none; padding: 8px 10px; border: 1px solid var(--quiet); border-radius: 8px; background: var(--ground); }
.offers { list-style: none; margin: 0 0 8px; padding: 4px; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.offers button { width: 100%; text-align: left; border: 0; background: none; padding: 4px 8px; border-radius: 4px; cursor: pointer; }
.offers button:hover, .offers .marked { background: var(--line); }`;

const blocks = `
.block { margin: 4px 0; max-width: 680px; }
.block h3 { font-size: 1.15em; margin: 6px 0; }
.block-section { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 12px; }
.fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 16px; margin-top: 4px; }
.block-actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
.block-context { display: flex; flex-wrap: wrap; gap: 4px 10px; color: var(--quiet); font-size: .85em; }
.prose, .lines { white-space: pre-wrap; overflow-wrap: anywhere; }
.prose pre, pre { white-space: pre; overflow-x: auto; margin: 4px 0; padding: 8px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
code { font: .88em ui-monospace, "DejaVu Sans Mono", monospace; color: var(--code); background: var(--raised); border: 1px solid var(--line); border-radius: 3px; padding: 0 3px; }
blockquote { margin: 4px 0; padding-left: 12px; border-left: 4px solid var(--line); }
a { color: var(--link); }
.mention { background: var(--mention); border-radius: 3px; padding: 0 2px; }
.picture { display: inline-block; padding: 2px 8px; border: 1px dashed var(--quiet); border-radius: 4px; color: var(--quiet); }
figure { margin: 0; }
hr { border: 0; border-top: 1px solid var(--line); margin: 12px 0; }
.button { border: 1px solid var(--quiet); border-radius: 6px; padding: 5px 12px; background: var(--ground); font-weight: 600; cursor: pointer; max-width: 100%; }
.button:hover { background: var(--raised); }
.button.primary { background: var(--primary); border-color: var(--primary); color: #ffffff; }
.button.danger { background: var(--ground); border-color: var(--danger); color: var(--error); }
.button.primary:hover { filter: brightness(1.1); }
.confirm .button.danger { background: var(--danger); color: #ffffff; }
.button[aria-busy="true"] { opacity: .6; }
.button:disabled { opacity: .5; cursor: default; }
.table-scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .93em; }
th, td { border: 1px solid var(--line); padding: 4px 10px; text-align: left; }
th { background: var(--raised); }
.align-right { text-align: right; }
.align-center { text-align: center; }
.card, .container { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; margin: 4px 0; }
.carousel { display: flex; gap: 8px; overflow-x: auto; }
.tasks { list-style: none; padding: 0; margin: 4px 0; }
.alert { padding: 8px 12px; border-radius: 6px; border-left: 4px solid var(--quiet); background: var(--raised); }
.alert-warning { border-color: #b7791f; }
.alert-error { border-color: var(--danger); }
.alert-success { border-color: var(--primary); }
.alert-info { border-color: var(--link); }
.indent-1 { margin-left: 1.5em; }
.indent-2 { margin-left: 3em; }`;

const forms = `
.modal { width: min(520px, calc(100vw - 16px)); max-height: calc(100dvh - 32px); padding: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--ground); color: var(--ink); }
.modal::backdrop { background: rgb(0 0 0 / 50%); }
.modal form { display: flex; flex-direction: column; max-height: calc(100dvh - 34px); }
.modal-head, .modal-foot { display: flex; align-items: center; gap: 8px; padding: 12px 20px; }
.modal-head { justify-content: space-between; }
.modal h2 { font-size: 1.2em; margin: 0; }
.modal-foot { justify-content: flex-end; border-top: 1px solid var(--line); }
.modal-body { padding: 4px 20px 16px; overflow-y: auto; }
.confirm { width: min(420px, calc(100vw - 16px)); }
.question { display: grid; gap: 4px; margin: 12px 0; border: 0; padding: 0; min-width: 0; }
.question label, .question legend { font-weight: 600; }
.question .choice { font-weight: 400; }
.question input:not([type="checkbox"], [type="radio"]), .question textarea, .question select { width: 100%; padding: 7px 10px; border: 1px solid var(--quiet); border-radius: 6px; background: var(--ground); }
.question [aria-invalid="true"] { border-color: var(--danger); }
.question p { margin: 0; }
.question select { text-overflow: ellipsis; }
.choices { display: grid; gap: 4px; }
.choice { display: flex; gap: 8px; align-items: baseline; }
.block-actions select, .accessory select { padding: 5px 8px; border: 1px solid var(--quiet); border-radius: 6px; background: var(--ground); max-width: 260px; }`;

const panel = `
.workspace.with-panel { grid-template-columns: 220px minmax(0, 1fr) 400px; }
.workspace.with-panel.with-thread { grid-template-columns: 220px minmax(0, 1fr) minmax(320px, 26%) 400px; }
.panel-place { display: none; }
.panel { border-left: 1px solid var(--line); background: var(--raised); padding: 10px 16px 16px; overflow-y: auto; }
.panel h2 { font-size: 1.1em; margin: 0 0 8px; }
.panel h3 { font-size: .93em; margin: 0; }
.frames { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.frame { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--ground); }
.frame figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 8px; padding: 4px 10px; font-size: .87em; border-bottom: 1px solid var(--line); }
.frame figcaption a { font-weight: 700; color: inherit; }
.health.well { color: var(--good); }
.health.unwell { color: var(--error); font-weight: 600; }
.frame-view { height: 170px; overflow: hidden; }
.frame-view .empty { margin: 0; padding-top: 70px; }
.frame iframe { width: 200%; height: 340px; border: 0; transform: scale(.5); transform-origin: 0 0; background: #ffffff; }
.differences { margin: 12px 0; }
.differences ul { list-style: none; margin: 4px 0 0; padding: 6px 10px; max-height: 110px; overflow: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--ground); font: 12.5px/1.6 ui-monospace, "DejaVu Sans Mono", monospace; }
.differences li { white-space: nowrap; }
.differences p { margin: 4px 0 0; }
.difference { display: inline-block; width: 2ch; font-weight: 700; color: var(--link); }
.count { margin-left: 6px; padding: 0 7px; border-radius: 10px; background: var(--line); font-weight: 600; font-size: .9em; }
.panel-news { margin: 12px 0; padding: 6px 10px; border-left: 4px solid var(--link); background: var(--ground); border-radius: 4px; }
.panel-news:empty { display: none; }
.steps summary { font-weight: 600; font-size: .93em; cursor: pointer; }
.steps ol { margin: 4px 0 12px; padding-left: 22px; }
.steps li { margin: 2px 0; }
.stories { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
.story { display: grid; gap: 1px; width: 100%; text-align: left; padding: 7px 12px 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--ground); cursor: pointer; }
.story:hover { border-color: var(--quiet); }
.story:disabled { cursor: progress; opacity: .6; }
.story span { font-size: .87em; line-height: 1.4; color: var(--quiet); }
@media (max-width: 1500px) {
  .workspace.with-panel.with-thread { grid-template-columns: 220px minmax(0, 1fr) 400px; }
  .with-panel.with-thread main { grid-column: 2; grid-row: 1; visibility: hidden; }
  .with-panel.with-thread .pane.thread { grid-column: 2; grid-row: 1; border: 0; background: var(--ground); }
}
@media (max-width: 1080px) {
  .workspace.with-panel { grid-template-columns: 220px minmax(0, 1fr); }
  .workspace.with-panel.with-thread { grid-template-columns: 220px minmax(0, 1fr); }
  .panel-place { display: block; }
  .with-panel .panel { display: none; }
  .with-panel.at-panel .panel { display: block; border: 0; }
  .with-panel.at-panel .pane { display: none; }
}
@media (max-width: 760px) {
  .workspace.with-panel, .workspace.with-panel.with-thread { grid-template-columns: minmax(0, 1fr); }
  .with-panel.with-thread main, .with-panel.with-thread .pane.thread { grid-column: 1; grid-row: 2; }
}`;

export const style = [colours, frame, messages, blocks, forms, panel].join("\n");
