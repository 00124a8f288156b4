// Runs before the first paint. Applies the stored theme and widths, puts the draft into the field
// that Monaco later replaces, handles input until hydration, notices what others change until then,
// and shows a notice where the page can't start or has panicked.
(() => {
  const root = document.documentElement;
  // The server answers without the base path too, but the steps' router knows them by it alone.
  const base = root.dataset.basePath;
  if (base && !`${location.pathname}/`.startsWith(`${base}/`)) {
    location.replace(base + location.pathname + location.search + location.hash);
  }

  const stored = (key, newest) => {
    try {
      const record = JSON.parse(localStorage.getItem(key));
      return record?.version >= 1 && record.version <= newest ? record : null;
    } catch {
      return null;
    }
  };

  const settings = stored("codealong.settings", 1);
  if (settings?.theme === "light" || settings?.theme === "dark") {
    root.dataset.theme = settings.theme;
  }
  const { guide, results } = settings?.panels ?? {};
  if (Number.isInteger(guide) && Number.isInteger(results)
    && guide >= 180 && results >= 180 && guide + results <= 820) {
    root.style.setProperty("--guide", guide);
    root.style.setProperty("--results", results);
  }

  // Where a step's record of version 2 has a program, one of version 1 has the text of `main.py`.
  const step = (key) => stored(key, 2);
  const entryText = (program) => program?.files?.[program.entry] ?? program;
  const draftOf = (record) => entryText(record?.draft);
  const lastPassingOf = (record) => entryText(record?.last_passing ?? record?.last_green);

  // The first of `data-records` is this step's own, the others are earlier steps', nearest first.
  const fill = (field) => {
    const [own, ...earlier] = field.dataset.records.split(" ").map(step);
    const text = draftOf(own) ?? lastPassingOf(own)
      ?? earlier.map((record) => lastPassingOf(record) ?? draftOf(record))
        .find((found) => found != null);
    if (typeof text === "string") {
      field.value = text;
    }
    field.opened = field.value;
  };
  const look = () => {
    const field = document.getElementById("program-field");
    if (!field) return false;
    fill(field);
    return true;
  };
  const watcher = new MutationObserver(() => {
    if (look()) watcher.disconnect();
  });
  watcher.observe(root, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => watcher.disconnect());

  // Until hydration, what is typed is stored here: hydration may never come.
  const answers = () => root.hasAttribute("data-hydrated");
  const keep = () => {
    const field = document.getElementById("program-field");
    if (answers() || !field || field.opened === undefined || field.value === field.opened) return;
    const [key] = field.dataset.records.split(" ");
    try {
      const record = localStorage.getItem(key) === null ? { version: 2 } : step(key);
      const program = { files: { "main.py": field.value }, entry: "main.py" };
      const draft = record?.version === 1 ? field.value : program;
      // A record that this script can't read is left to the page.
      if (record) localStorage.setItem(key, JSON.stringify({ ...record, draft }));
    } catch {
      // Storage is full or forbidden: the hydrated page says so.
    }
  };
  let timer;
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "program-field" || answers()) return;
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  addEventListener("pagehide", keep);
  addEventListener("codealong:keep", keep);

  // Whether the app's element holds what the server rendered, and nothing else. The parser only ever
  // appends, and is done before the start script runs; nothing of ours changes nodes until then.
  let isAsServed = true;
  let isParsed = false;
  const judge = (records) => {
    const isForeign = ({ target, removedNodes, nextSibling }) =>
      (isParsed || removedNodes.length > 0 || nextSibling) && target.closest?.("#app");
    isAsServed &&= !records.some(isForeign);
  };
  const guard = new MutationObserver(judge);
  guard.observe(root, { childList: true, subtree: true });
  document.addEventListener("readystatechange", () => {
    judge(guard.takeRecords());
    isParsed = true;
    const app = document.getElementById("app");
    if (!app) return;
    app.isAsServed = () => {
      judge(guard.takeRecords());
      guard.disconnect();
      return isAsServed;
    };
  }, { once: true });

  // On a narrow page the tabs show one panel at a time.
  document.addEventListener("click", ({ target }) => {
    const tab = target.closest?.(".panel-tabs [role=tab]");
    if (!tab || answers()) return;
    const panel = tab.getAttribute("aria-controls");
    tab.closest("main").dataset.panel = panel;
    root.dataset.earlyPanel = panel;
    for (const other of tab.parentElement.children) {
      other.setAttribute("aria-selected", String(other === tab));
    }
  });

  const notices = {
    load: "The page's program could not be loaded, so the editor and the tests don't work. "
      + "What you wrote is kept in this browser. Check the connection, then reload.",
    webAssembly: "This page needs WebAssembly, which this browser lacks or has switched off, so the "
      + "editor and the tests don't work. What you wrote is kept in this browser. Allow WebAssembly "
      + "for this page and reload, or use another browser.",
    broken: "Something in this page broke. That is our fault. "
      + "What you wrote is kept in this browser. Reload to go on.",
  };
  const show = (kind) => {
    if (document.getElementById("fatal")) return;
    const notice = document.createElement("div");
    notice.id = "fatal";
    notice.className = "fatal";
    notice.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = notices[kind];
    const reload = document.createElement("button");
    reload.type = "button";
    reload.className = "button primary";
    reload.textContent = "Reload";
    reload.addEventListener("click", () => location.reload());
    notice.append(text, reload);
    document.body.append(notice);
  };
  const whenReady = (kind) => document.body
    ? show(kind)
    : document.addEventListener("DOMContentLoaded", () => show(kind));
  addEventListener("codealong:unloaded", () => {
    whenReady(typeof WebAssembly === "object" ? "load" : "webAssembly");
  });
  // A page that the browser has kept for the way back knows nothing of what was stored meanwhile.
  // Offline it is all that there is.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && navigator.onLine) location.reload();
  });
  addEventListener("codealong:broken", () => whenReady("broken"));
})();
