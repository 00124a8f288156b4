// Runs before anything is drawn: the person's theme and widths, their draft in the field that
// Monaco replaces later, and a notice where the program of this page can't start.
(() => {
  const root = document.documentElement;
  const stored = (key) => {
    try {
      const record = JSON.parse(localStorage.getItem(key));
      return record?.version === 1 ? record : null;
    } catch {
      return null;
    }
  };

  const settings = stored("codealong.settings");
  if (settings?.theme === "light" || settings?.theme === "dark") {
    root.dataset.theme = settings.theme;
  }
  const { guide, results } = settings?.panels ?? {};
  if (Number.isInteger(guide) && Number.isInteger(results)
    && guide >= 180 && results >= 180 && guide + results <= 820) {
    root.style.setProperty("--guide", guide);
    root.style.setProperty("--results", results);
  }

  // The first of `data-records` is this step's own, the others are earlier steps, nearest first.
  const fill = (field) => {
    const [own, ...earlier] = field.dataset.records.split(" ").map(stored);
    const text = own?.draft ?? own?.last_green
      ?? earlier.map((record) => record?.last_green ?? record?.draft).find((found) => found != null);
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

  const notices = {
    load: "The page's program could not be loaded, so the editor and the tests don't work. "
      + "What you wrote is kept in this browser. Check the connection, then reload.",
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
  addEventListener("codealong:unloaded", () => whenReady("load"));
  addEventListener("codealong:broken", () => whenReady("broken"));
})();
