// What the page does better with a script: type-ahead, "/" to the box, a shortlist in this browser, a cap on comparing.
// Everything else works without it.
"use strict";
(() => {
  const $ = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = document.body.dataset;

  // Type-ahead: an ARIA combobox over /suggest. Enter without a choice asks the question as typed.
  const box = $("#q"), list = $("#suggestions"), announce = $("#announce");
  if (box && list) {
    let at = -1, found = [], timer = 0, asked = 0;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions" })) box.setAttribute(name, value);
    const show = (open) => {
      list.hidden = !open;
      box.setAttribute("aria-expanded", String(open));
      if (!open) choose(-1);
    };
    const choose = (to) => {
      at = to;
      [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
      if (at >= 0) { box.setAttribute("aria-activedescendant", `option-${at}`); list.children[at].scrollIntoView({ block: "nearest" }); }
      else box.removeAttribute("aria-activedescendant");
    };
    const url = (one) => "/course/" + one.key.split("/").map(encodeURIComponent).join("/");
    const fill = () => {
      list.replaceChildren(...found.map((one, n) => {
        const item = document.createElement("li");
        item.id = `option-${n}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const title = document.createElement("span"), code = document.createElement("span");
        title.textContent = one.title;
        code.textContent = one.code + (one.year ? ` · ${one.year}` : "");
        code.className = "code";
        item.append(title, code);
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => { location.href = url(one); });
        return item;
      }));
      show(found.length > 0);
      announce.textContent = found.length ? words.suggestCount.replace("{n}", found.length) : words.suggestNone;
    };
    const suggest = async () => {
      const text = box.value.trim(), mine = ++asked;
      if (text.length < 2) { found = []; show(false); announce.textContent = ""; return; }
      try {
        const answer = await fetch(`/suggest?k=8&q=${encodeURIComponent(text.slice(0, 200))}`);
        const got = answer.ok ? (await answer.json()).suggestions : [];
        if (mine === asked && document.activeElement === box) { found = got; fill(); }
      } catch { show(false); }
    };
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, 120); });
    box.addEventListener("blur", () => show(false));
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && found.length) {
        event.preventDefault();
        if (list.hidden) show(true);
        const next = at + step;
        choose(next >= found.length ? -1 : next < -1 ? found.length - 1 : next);
      } else if (event.key === "Enter" && at >= 0) {
        event.preventDefault();
        location.href = url(found[at]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show(false);
      }
    });
    box.form.addEventListener("submit", () => { asked++; clearTimeout(timer); });
    for (const hint of all(".key")) hint.hidden = false;
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select, [contenteditable]")) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    });
  }

  // The shortlist: keys in localStorage; the link in the head carries them, so that the server can show the list.
  const read = () => { try { const kept = JSON.parse(localStorage.getItem("shortlist") || "[]"); return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : []; } catch { return []; } };
  const write = (keys) => { try { localStorage.setItem("shortlist", JSON.stringify(keys.slice(0, 50))); } catch { /* private mode: the list lasts as long as the page */ } refresh(); };
  const address = (keys) => "/shortlist" + (keys.length ? "?" + keys.map((key) => "c=" + encodeURIComponent(key)).join("&") : "");
  const refresh = () => {
    const keys = read();
    for (const link of all("[data-shortlist]")) {
      link.href = address(keys);
      const count = $(".count", link);
      count.textContent = keys.length;
      count.hidden = !keys.length;
    }
    for (const button of all(".save")) {
      const kept = keys.includes(button.dataset.key);
      button.hidden = false;
      button.setAttribute("aria-pressed", String(kept));
      button.firstElementChild.textContent = kept ? `✓ ${words.saved}` : words.save;
    }
  };
  for (const button of all(".save")) button.addEventListener("click", () => {
    const keys = read(), key = button.dataset.key;
    write(keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]);
  });
  refresh();
  addEventListener("storage", refresh);
  addEventListener("pageshow", refresh);
  if ($("[data-empty]") && !location.search && read().length) location.replace(address(read()));
  for (const button of all("[data-clear]")) { button.hidden = false; button.addEventListener("click", () => { write([]); location.href = "/shortlist"; }); }

  // Comparing takes two or three.
  const picks = all(".pick input"), state = $("[data-compare]");
  if (picks.length && state) {
    const button = $("#compare button");
    const count = () => {
      const on = picks.filter((pick) => pick.checked).length;
      for (const pick of picks) pick.disabled = on >= 3 && !pick.checked;
      button.disabled = on < 2;
      button.form.classList.toggle("on", on > 0);
      state.textContent = on ? `${on} / 3` : words.hint;
    };
    for (const pick of picks) pick.addEventListener("change", count);
    addEventListener("pageshow", count);
    count();
  }

  for (const button of all("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }
  for (const link of all("[data-copy]")) link.addEventListener("click", async (event) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    try { await navigator.clipboard.writeText(link.href); link.textContent = words.copied; } catch { location.href = link.href; }
  });
})();
