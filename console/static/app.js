// What the console does beyond links and forms: keys, the count of what is new, and the time until log-off. Every page
// works without this file. It is loaded by a script element, touches nothing but the document, and keeps nothing.
(function () {
  "use strict";

  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const one = (selector) => document.querySelector(selector);
  const live = (text) => { const p = one("#live"); if (p) p.textContent = text; };

  // Lists: one row is the current one. Its link has the focus, so that Enter opens it and screen readers read it.
  const rows = () => all("tr[data-row]");
  const current = () => rows().findIndex((row) => row.classList.contains("here"));

  function go(to) {
    const list = rows();
    if (list.length === 0) return;
    const at = Math.max(0, Math.min(list.length - 1, to));
    list.forEach((row, i) => row.classList.toggle("here", i === at));
    const link = list[at].querySelector("a[data-open]") || list[at].querySelector("a");
    if (link) link.focus({ preventScroll: true });
    list[at].scrollIntoView({ block: "nearest" });
  }

  function mark() {
    const row = rows()[current()];
    const box = row && row.querySelector("input[type=checkbox]");
    if (box) { box.checked = !box.checked; counted(); }
  }

  // The form for many decisions says how many are chosen, and stays in sight while some are. What does nothing without this
  // file is shown by it.
  function counted() {
    all("[data-script]").forEach((e) => { e.hidden = false; });
    const n = all("tr[data-row] input[type=checkbox]:checked").length;
    all("[data-chosen]").forEach((e) => { e.textContent = n === 0 ? "none chosen" : n + " chosen"; });
    all(".bulk").forEach((e) => e.classList.toggle("on", n > 0));
    const every = one("input[data-all]");
    if (every) every.checked = n > 0 && n === all("tr[data-row] input[type=checkbox]").length;
  }

  // A verdict's letter chooses it and goes on to the reason.
  function verdict(letter) {
    const choice = one('input[data-key="' + letter + '"]');
    if (!choice) return false;
    choice.checked = true;
    const reason = choice.form.querySelector("[data-reason]");
    (reason || choice).focus();
    choice.form.scrollIntoView({ block: "nearest" });
    return true;
  }

  function help() {
    const dialog = one("#keys");
    if (dialog && dialog.showModal) { if (dialog.open) dialog.close(); else dialog.showModal(); }
  }

  function follow(selector) {
    const link = one(selector);
    if (link) link.click();
    return Boolean(link);
  }

  const keys = {
    j: () => go(current() + 1),
    k: () => go(current() - 1),
    x: mark,
    n: () => follow("[data-next]"),
    p: () => follow("[data-previous]"),
    r: () => follow("[data-reload]"),
    a: () => { const e = one("input[data-all]"); if (e) e.click(); },
    "/": () => { const e = one("#filter") || one("#search"); if (e) { e.focus(); e.select(); } },
    "?": help,
  };

  function typing(target) {
    return target.closest("textarea, select, [contenteditable]") !== null ||
      (target.tagName === "INPUT" && target.type !== "checkbox" && target.type !== "radio");
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!(event.target instanceof Element)) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const dialog = one("#keys");
    if (dialog && dialog.open && event.key !== "?") return;
    if (/^[a-z]$/.test(event.key) && verdict(event.key)) {
      event.preventDefault();
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches && event.target.matches("input[data-all]")) {
      all("tr[data-row] input[type=checkbox]").forEach((box) => { box.checked = event.target.checked; });
    }
    counted();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-help]")) { event.preventDefault(); help(); }
  });

  // How many decisions came since the page was made. The request says that nobody clicked, so that it does not keep the
  // session alive, and the first answer that is none ends it.
  const every = 15000; // milliseconds
  let asking = true;
  async function poll() {
    const pill = one("[data-poll]");
    if (!pill || !asking || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(pill.dataset.poll, { headers: { "X-Phigate-Poll": "1" }, redirect: "error" });
      if (!answer.ok) { asking = false; return; }
      const text = await answer.text();
      if (text !== "" && pill.textContent !== text) {
        pill.textContent = text;
        pill.hidden = false;
        live(text);
      }
    } catch (e) {
      asking = false;
    }
  }
  window.setInterval(poll, every);

  // The time until log-off, for who reads for long. It is said aloud once, two minutes before. When it is over, what
  // was on the screen goes; nothing is asked of the server, so that a page left open does not keep the session alive.
  let shown = null, end = 0, warned = false;
  function session() {
    const e = one("[data-seconds]");
    if (!e) return;
    if (e !== shown) {
      shown = e;
      end = performance.now() + 1000 * Number(e.dataset.seconds);
      warned = false;
    }
    const seconds = Math.ceil((end - performance.now()) / 1000);
    const soon = seconds <= 120;
    e.classList.toggle("soon", soon);
    const over = one("#over");
    if (seconds <= 0 && over) {
      asking = false;
      e.removeAttribute("data-seconds");
      e.textContent = "logged off";
      one("main").replaceChildren(over.content.cloneNode(true));
      return;
    }
    e.querySelector("[data-left]").textContent = soon ? seconds + " s" : Math.round(seconds / 60) + " min";
    if (soon && !warned) live("You will be logged off in two minutes. Any link or form keeps you signed in.");
    warned = soon;
  }
  window.setInterval(session, 1000);
  session();

  // After a part of the page was replaced: what had the focus may be gone, and who cannot see it has to hear of it.
  document.addEventListener("htmx:afterSettle", () => {
    asking = true;
    counted();
    const results = one("#results");
    if (document.activeElement === document.body && results) results.focus({ preventScroll: true });
    const count = one("[data-count]");
    if (count) live(count.textContent);
  });
  counted();
})();
