/* The page's own behaviour: live updates, composer, dialogs, pickers. Everything else is htmx and HTML. */
"use strict";

const body = document.body;
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/* ---- live updates: one stream says what changed, htmx fetches that part again ---- */

const waiting = new Set();
let timer = null;

function refresh(...ids) {
  ids.forEach((id) => waiting.add(id));
  timer ??= setTimeout(() => {
    timer = null;
    const due = [...waiting];
    waiting.clear();
    due.forEach((id) => {
      const part = document.getElementById(id);
      if (part) htmx.trigger(part, "refresh");
    });
  }, 30);
}

function onChange({ kind, channel, thread }) {
  if (kind === "resync") refresh("sidebar", "head", "timeline", "thread", "home", "modals");
  else if (kind === "views") refresh("modals");
  else if (kind === "home") refresh("home");
  else if (kind === "channels") refresh("sidebar", "head");
  else if (channel === body.dataset.channel) {
    refresh("timeline", "sidebar");
    if (body.dataset.thread && (thread === body.dataset.thread || !thread)) refresh("thread");
  } else refresh("sidebar");
}

let stream = null;

function listen() {
  // A hidden tab lets its connection go: a browser allows only six to one host.
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource(`${body.dataset.base}/events`);
    stream.onopen = () => { body.dataset.live = "yes"; };
    stream.onerror = () => { delete body.dataset.live; };
    stream.onmessage = (event) => onChange(JSON.parse(event.data));
  }
}

document.addEventListener("visibilitychange", listen);
window.addEventListener("pagehide", () => stream?.close());
body.addEventListener("parts", (event) => refresh(...event.detail.names));

/* ---- timelines stay at the bottom until one scrolls up ---- */

function keepAtBottom(scroller) {
  let pinned = true;
  let before = 0;
  const down = () => { if (pinned) scroller.scrollTop = scroller.scrollHeight; };
  scroller.addEventListener("scroll", () => {
    const atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
    // A picture that arrives late moves the bottom away; only going up means leaving it.
    if (atBottom || scroller.scrollTop < before - 1) pinned = atBottom;
    before = scroller.scrollTop;
  });
  new ResizeObserver(down).observe(scroller.firstElementChild);
  new ResizeObserver(down).observe(scroller);
  down();
}

/* ---- toasts ---- */

function toast(text) {
  const box = $("#toasts");
  const one = document.createElement("p");
  one.className = "toast";
  one.dataset.testid = "toast";
  one.textContent = text;
  box.append(one);
  box.setAttribute("popover", "manual");
  box.hidePopover();
  box.showPopover(); // above any open dialog
  setTimeout(() => {
    one.remove();
    if (!box.childElementCount) box.hidePopover();
  }, 7000);
}

body.addEventListener("toast", (event) => toast(event.detail.text));
body.addEventListener("htmx:response:error", (event) => {
  toast(event.detail.ctx.text?.slice(0, 200) || "The sandbox refused that.");
});
body.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx?.sourceElement?.id) toast("The sandbox does not answer. Is it still running?");
});

/* ---- confirmation dialogs ---- */

body.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  const element = ctx.sourceElement;
  if (!element.dataset.confirm) return;
  event.preventDefault();
  const asked = JSON.parse(element.dataset.confirm);
  const dialog = $("#confirm");
  const yes = $("[data-confirm-answer=yes]", dialog);
  const words = (part, fallback) => plain(part?.text ?? fallback);
  $("#confirm-title").textContent = words(asked.title, "Are you sure?");
  $("#confirm-text").textContent = words(asked.text, "");
  yes.textContent = words(asked.confirm, "Yes");
  $("[data-confirm-answer=no]", dialog).textContent = words(asked.deny, "Cancel");
  yes.className = `button button-${asked.style === "danger" ? "danger" : "primary"}`;
  let accepted = false;
  dialog.onclick = ({ target }) => {
    const answer = target.dataset.confirmAnswer;
    if (!answer) return;
    accepted = answer === "yes";
    dialog.close();
  };
  dialog.onclose = () => {
    if (accepted) issueRequest();
    else {
      element.form?.reset();
      dropRequest();
    }
  };
  dialog.showModal();
  yes.focus();
});

const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/* ---- modals ---- */

let opener = null;

function syncModals() {
  const dialog = $("#modals dialog");
  if (!dialog) {
    if (opener?.isConnected) opener.focus();
    opener = null;
    return;
  }
  if (!dialog.matches(":modal")) {
    opener ??= document.activeElement;
    dialog.removeAttribute("open");
    dialog.showModal();
    const first = $("[autofocus]", dialog) ?? $(".dialog-body :is(input, textarea, select, summary, button)", dialog);
    (first ?? $("[data-testid=modal-submit]", dialog) ?? dialog).focus();
  }
  const wrong = $("[aria-invalid=true]", dialog);
  if (wrong && dialog.dataset.told !== errorsOf(dialog)) wrong.focus();
  dialog.dataset.told = errorsOf(dialog);
}

const errorsOf = (dialog) => $$(".field-error", dialog).map((one) => one.textContent).join("\n");

document.addEventListener("cancel", (event) => {
  if (!event.target.matches("[data-modal]")) return;
  event.preventDefault();
  $("[data-cancels]", event.target)?.click();
}, true);

/* ---- the composer ---- */

function suggestionsFor(area) {
  const list = document.getElementById(area.getAttribute("aria-controls"));
  const before = area.value.slice(0, area.selectionStart);
  const typed = /^\/\S*$/.test(before) ? before : before.match(/(?:^|\s)([@#][\w .-]*)$/)?.[1];
  let shown = 0;
  for (const option of $$("[role=option]", list)) {
    const starts = option.dataset.starts.toLowerCase().split("|");
    const fits = typed && shown < 8 && starts.some((one) => one.startsWith(typed.toLowerCase()));
    option.hidden = !fits;
    option.setAttribute("aria-selected", String(fits && shown === 0));
    shown += fits ? 1 : 0;
  }
  list.hidden = shown === 0;
  area.setAttribute("aria-expanded", String(shown > 0));
  pointAt(area, list);
  return { list, typed };
}

function pointAt(area, list) {
  const chosen = list.hidden ? null : $("[aria-selected=true]", list);
  if (chosen) area.setAttribute("aria-activedescendant", chosen.id);
  else area.removeAttribute("aria-activedescendant");
}

function moveSuggestion(area, list, step) {
  const options = $$("[role=option]:not([hidden])", list);
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  options.forEach((one) => one.setAttribute("aria-selected", "false"));
  const next = options[(at + step + options.length) % options.length];
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  pointAt(area, list);
}

function accept(area, option) {
  const { typed } = suggestionsFor(area);
  const start = area.selectionStart - (typed?.length ?? 0);
  area.setRangeText(option.dataset.insert, start, area.selectionStart, "end");
  area.focus();
  suggestionsFor(area);
}

function composerKey(event) {
  const area = event.target;
  const list = document.getElementById(area.getAttribute("aria-controls"));
  const chosen = list.hidden ? null : $("[aria-selected=true]", list);
  const complete = chosen && area.value.trim() === chosen.dataset.insert.trim();
  if (event.isComposing) return;
  if (chosen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    moveSuggestion(area, list, event.key === "ArrowDown" ? 1 : -1);
  } else if (chosen && event.key === "Escape") {
    list.hidden = true;
  } else if (chosen && (event.key === "Tab" || event.key === "Enter") && !complete) {
    event.preventDefault();
    accept(area, chosen);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (area.value.trim()) area.form.requestSubmit();
  }
}

function fit(area) {
  area.rows = Math.min(12, Math.max(1, area.value.split("\n").length));
}

body.addEventListener("htmx:config:request", (event) => {
  const form = event.target;
  if (!form.matches("[data-composer]")) return;
  const area = $("textarea", form);
  area.value = "";
  fit(area);
  suggestionsFor(area);
});

/* ---- pickers: searchable lists of check boxes or radio buttons ---- */

function showChosen(picker) {
  const chosen = $$(".picker-option :checked", picker).map((one) => one.closest("label"));
  const summary = $("summary", picker);
  summary.replaceChildren(...(chosen.length ? chosen : [null]).map((label) => {
    const token = document.createElement("span");
    token.className = label ? "token" : "placeholder";
    token.textContent = label ? label.textContent.trim() : summary.dataset.placeholder;
    return token;
  }));
  const most = Number($(".picker-options", picker).dataset.max) || Infinity;
  for (const box of $$("input[type=checkbox]", picker)) box.disabled = !box.checked && chosen.length >= most;
}

function pick(input) {
  const picker = input.closest(".picker");
  const found = input.closest(".picker-found");
  if (found && input.checked) $(".picker-options", picker).append(input.closest("label"));
  showChosen(picker);
  if (input.type === "radio") picker.open = false;
}

function filterOptions(search) {
  const wanted = search.value.trim().toLowerCase();
  for (const label of $$(".picker-option", search.closest(".picker"))) {
    label.hidden = !label.textContent.toLowerCase().includes(wanted);
  }
}

/* ---- long data tables are shown a page at a time ---- */

function paginate(table) {
  if (table.dataset.paged) return;
  table.dataset.paged = "yes";
  const size = Number(table.dataset.pageSize) || 5;
  const rows = $$("tbody tr", table);
  if (rows.length <= size) return;
  const pages = Math.ceil(rows.length / size);
  const pager = document.createElement("p");
  pager.className = "pager";
  pager.setAttribute("hx-morph-skip", "");
  let page = 0;
  const show = (next) => {
    page = Math.min(pages - 1, Math.max(0, next));
    rows.forEach((row, index) => { row.hidden = Math.floor(index / size) !== page; });
    label.textContent = `${page * size + 1}–${Math.min(rows.length, (page + 1) * size)} of ${rows.length}`;
    back.disabled = page === 0;
    forth.disabled = page === pages - 1;
  };
  const button = (text, name, step) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "button button-default";
    one.textContent = text;
    one.setAttribute("aria-label", name);
    one.addEventListener("click", () => show(page + step));
    return one;
  };
  const label = document.createElement("span");
  const back = button("‹", "Previous page", -1);
  const forth = button("›", "Next page", 1);
  pager.append(back, label, forth);
  table.after(pager);
  show(0);
}

/* ---- one place for every event ---- */

document.addEventListener("click", (event) => {
  const { target } = event;
  for (const menu of $$("details.menu[open], details.picker[open]")) {
    if (!menu.contains(target) || target.closest(".menu-list :is(button, a)")) menu.open = false;
  }
  const option = target.closest?.(".suggestions [role=option]");
  if (option) accept($("textarea", option.closest("form")), option);
  const reporting = target.closest?.("[data-reports]");
  if (reporting) {
    fetch(reporting.dataset.reportsTo, { method: "POST", body: new URLSearchParams(JSON.parse(reporting.dataset.reports)) });
  }
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key === "Escape") {
    const menu = target.closest?.("details.menu[open], details.picker[open]") ?? $("details.menu[open]");
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
      event.preventDefault();
      return;
    }
  }
  if (target.matches?.("[data-composer] textarea")) composerKey(event);
  else if (event.key === "Enter" && !event.shiftKey && target.matches?.("[data-dispatches]")) {
    event.preventDefault();
    htmx.trigger(target, "dispatch");
  } else if (event.key === "Enter" && target.matches?.(".picker-filter")) event.preventDefault();
  else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    target.closest?.("[data-view-form]")?.requestSubmit();
  }
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-composer] textarea")) {
    fit(target);
    suggestionsFor(target);
  } else if (target.matches(".picker-filter:not([hx-get])")) filterOptions(target);
});

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches(".picker-filter")) event.stopPropagation(); // its list acts, its search does not
  else if (target.closest(".picker-option")) pick(target);
  else if (target.matches("[data-submits]")) target.form.submit();
}, true);

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-holds]")) event.preventDefault();
});

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches?.("details.picker") || !target.open) return;
  const search = $(".picker-filter", target);
  search.focus();
  if (search.matches("[hx-get][data-min-length='0']")) htmx.trigger(search, "look");
}, true);

new MutationObserver(() => {
  syncModals();
  $$("table[data-page-size]").forEach(paginate);
}).observe(body, { childList: true, subtree: true });

$$("[data-scroller]").forEach(keepAtBottom);
$$("table[data-page-size]").forEach(paginate);
syncModals();
listen();
const composer = $("#composer-text");
if (composer && !$("#modals dialog")) composer.focus();
