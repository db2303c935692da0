// What a page can do beyond links and forms: nothing here is needed, everything works without it.
// Never writes markup (Trusted Types), never sets a style; the words on the page all come from the server.
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  // ---- Selection: table.grid[data-selectable] with input[name=selected], #select-page, .actions [data-count]

  const TABLE = "table.grid[data-selectable]";
  const boxes = () => all(`${TABLE} input[name=selected]:not(:disabled)`);
  let anchor = null; // the box ticked last: where a range begins

  function showSelection() {
    const ticked = boxes().filter((box) => box.checked).length;
    const header = one("#select-page");
    if (header) {
      header.checked = ticked > 0 && ticked === boxes().length;
      header.indeterminate = ticked > 0 && !header.checked;
    }
    for (const bar of all(".actions")) bar.hidden = ticked === 0;
    for (const place of all(".actions [data-count]")) showCount(place, ticked);
  }

  // "Sélection" becomes "Sélection (3)"; a place without a word gets the figure alone.
  function showCount(place, figure) {
    const word = (place.dataset.count ||= place.textContent.trim() || " ").trim();
    place.textContent = word ? `${word} (${figure})` : figure;
  }

  function select(box, checked, toAnchor) {
    const rows = boxes();
    const from = toAnchor ? rows.indexOf(anchor) : -1;
    const to = rows.indexOf(box);
    const range = from < 0 ? [box] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const each of range) each.checked = checked;
    anchor = box;
    showSelection();
  }

  // ---- Rows: the current row is the one that has the focus

  const currentRow = () => document.activeElement?.closest("table.grid tbody tr");

  function moveRow(step) {
    const rows = all("table.grid tbody tr").filter((row) => row.checkVisibility());
    const at = rows.indexOf(currentRow());
    const row = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (!row) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function tickRow(shift) {
    const box = currentRow() && one("input[name=selected]:not(:disabled)", currentRow());
    if (box) select(box, shift || !box.checked, shift);
  }

  const openRow = () => (one(".row-link", currentRow()) ?? one("a[href]", currentRow()))?.click();

  // ---- Shortcuts: one key each; html[data-shortcuts=off] switches all of them off (WCAG 2.1.4)

  const KEYS = {
    "/": () => one("input[type=search]")?.focus(),
    "?": () => one("#help")?.showModal(),
    "[": () => one("a[rel~=prev]")?.click(),
    "]": () => one("a[rel~=next]")?.click(),
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: () => tickRow(false),
    X: () => tickRow(true),
    o: () => currentRow() && openRow(),
  };
  const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog";
  let going = -Infinity; // when `g` was pressed: the letter after it names an entry of the menu

  function onKey(event) {
    if (event.key === "Escape") root.dataset.tips = "off";
    const combined = event.ctrlKey || event.metaKey || event.altKey;
    if (event.defaultPrevented || event.isComposing || root.dataset.shortcuts === "off") return;
    if ((combined && !event.getModifierState("AltGraph")) || event.target.closest(TYPING)) return;
    const key = event.key;
    const afterG = event.timeStamp - going < 1500;
    going = key === "g" && !afterG ? event.timeStamp : -Infinity;
    const named = /^[a-z]$/i.test(key) && one(`${afterG ? ".sidebar" : "main"} [data-key="${key}"]`);
    if (named) named.click();
    else if (key === "Enter" && event.target === currentRow()) openRow();
    else if (!afterG && Object.hasOwn(KEYS, key)) KEYS[key]();
    else return;
    event.preventDefault(); // or the key would be typed into the field that just got the focus
  }

  // ---- Live: words appear when others changed something; rows are never swapped behind a person's back

  let silent = 0; // timer: 30 s without a stream, after the 15 s that lie between two signs of life

  function onLife() {
    const [bar, since] = [one(".bar-stale"), new Date()];
    if (!bar) return;
    bar.hidden = true;
    clearTimeout(silent);
    silent = setTimeout(() => {
      one("time", bar).dateTime = since.toISOString();
      one("time", bar).textContent = since.toLocaleTimeString(root.lang, { hour: "2-digit", minute: "2-digit" });
      bar.hidden = false;
    }, 45_000);
  }

  function onLive({ detail: { message } }) {
    onLife();
    for (const words of all(`.notice [data-on="${message.event}"]`)) {
      if (message.data) one("a", words).href = message.data;
      words.hidden = words.closest(".notice").hidden = false;
    }
  }

  // A list that is asked for anew says so, for as long as it takes.
  const busy = (is) => ({ detail: { ctx } }) => {
    if ((ctx.asked ??= ctx.target)?.id === "list") one("#list").ariaBusy = is; // what comes may go elsewhere: an error
  };

  // ---- Listening, on the document: what htmx puts into the page later needs no call

  document.addEventListener("click", (event) => {
    const box = event.target.closest(`${TABLE} input[name=selected]`);
    if (box) select(box, box.checked, event.shiftKey);
    if (event.target.closest("[data-print]")) print();
    const opener = event.target.closest("[data-dialog]");
    if (opener) one(opener.dataset.dialog)?.showModal();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "select-page") return;
    for (const box of boxes()) box.checked = event.target.checked;
    showSelection();
  });
  document.addEventListener("keydown", onKey);
  for (const moved of ["focusin", "pointermove"]) document.addEventListener(moved, () => delete root.dataset.tips);
  document.addEventListener("htmx:after:swap", showSelection);
  document.addEventListener("htmx:sse:after:message", onLive);
  document.addEventListener("htmx:sse:after:connection", onLife);
  document.addEventListener("htmx:before:request", busy("true"));
  document.addEventListener("htmx:finally:request", busy(null));
  const unreached = ({ detail }) => detail.ctx?.asked?.id === "list" && one("#unreached")?.removeAttribute("hidden");
  document.addEventListener("htmx:error", unreached); // of the list: what comes beside it, like the tray, comes again
  onLife(); // a stream that never begins is silent, too
  addEventListener("pageshow", showSelection); // the back button brings ticks with it
})();
