// Starts the app: it hydrates what the server rendered, or renders it afresh where that has been
// changed.
const root = document.documentElement;
const app = document.getElementById("app");

// Extensions and translators may change the page at any time before this, and hydration relies on
// each node. The boot script saw most changes. One that it did not see makes hydration panic: no
// code of the app runs on after that, but its listeners stay, so a second start needs a new page.
const AFRESH = "codealong.afresh";
const wasHydrationInVain = () => {
  try {
    return sessionStorage.getItem(AFRESH) !== null;
  } catch {
    return false;
  }
};
const mayHydrate = !wasHydrationInVain();
let isReloading = false;
const reloadAfresh = () => {
  try {
    sessionStorage.setItem(AFRESH, "");
  } catch {
    return false;
  }
  isReloading = true;
  // Now: effects of the app still run until the page is left, and take the field for their own.
  dispatchEvent(new Event("codealong:keep"));
  location.reload();
  return true;
};
addEventListener("codealong:panicked", () => {
  if (isReloading) return;
  const isStarting = mayHydrate && !root.hasAttribute("data-hydrated");
  if (!isStarting || !reloadAfresh()) dispatchEvent(new Event("codealong:broken"));
});

const renderAfresh = (page) => {
  dispatchEvent(new Event("codealong:keep"));
  // The new field takes over from it: storage may be full, and the learner in mid-word.
  const field = document.getElementById("program-field");
  if (field) {
    field.hadFocus = document.activeElement === field;
    root.fieldBefore = field;
  }
  app.replaceChildren();
  page.render_afresh();
};

const start = async () => {
  const { wasm, script } = root.programFiles;
  const page = await script;
  await page.default({ module_or_path: wasm });
  // The connection has nothing else to do while the app starts; the app tells of a failure. On a narrow
  // page the editor may be behind a tab, and then it comes with that.
  const field = document.getElementById("program-field");
  if (field?.checkVisibility?.()) root.loadEditor?.().catch(() => {});
  // Keys and clicks go in between.
  await new Promise((resolve) => setTimeout(resolve));
  const isAsServed = app.isAsServed();
  if (mayHydrate && isAsServed) page.hydrate();
  else renderAfresh(page);
  dispatchEvent(new Event("codealong:started"));
};
start().catch((error) => {
  if (!isReloading) dispatchEvent(new Event("codealong:unloaded"));
  throw error;
});
