// Begins to load the page's program beside the style sheet, not after it, and knows how to load what
// comes later: the editor, once the program is there, and the program of a step that is linked to.
(() => {
  const files = FILES;
  const root = document.documentElement;
  // The style sheet comes first: nothing is seen without it.
  const wasm = fetch(files.wasm, { priority: "low" });
  root.programFiles = { wasm, script: import(files.script) };
  // The start script awaits them; a failure before that must not count as an unhandled rejection.
  for (const file of Object.values(root.programFiles)) file.catch(() => {});

  const isToStep = (link) => {
    const { origin, pathname } = link;
    return origin === location.origin && pathname.startsWith(files.courses)
      && /^[^/]+\/[^/]/.test(pathname.slice(files.courses.length));
  };

  if (files.editor) {
    // The router leads from step to step alone, and takes every link for its own but an external one. What
    // can't be loaded is left to it: it says so, where the browser's own page would hide what was written.
    document.addEventListener("click", ({ target }) => {
      const link = target.closest?.("a[href]");
      if (link && !isToStep(link)) link.relList?.toggle("external", navigator.onLine);
    }, true);

    let editor;
    let failures = 0;
    root.loadEditor = () => {
      // Browsers keep it in mind that a module could not be loaded: another try needs another address.
      editor ??= import(failures ? `${files.editor}?try=${failures + 1}` : files.editor)
        .catch((error) => {
          editor = undefined;
          failures += 1;
          throw error;
        });
      return editor;
    };
    window.MonacoEnvironment = { getWorker: () => new Worker(files.editorWorker) };

    // Some languages are composed of several keys: the editor may not take a field's place meanwhile.
    for (const [name, isComposing] of [["compositionstart", true], ["compositionend", false]]) {
      document.addEventListener(name, ({ target }) => (target.isComposing = isComposing), true);
    }

    // Monaco keeps the browser from pasting, as it pastes itself, even where nothing is to be pasted:
    // audits try that, and would take the editor for a field that nobody can paste into.
    document.addEventListener("paste", (event) => {
      if (!event.clipboardData) event.stopPropagation();
    }, true);

    // Browsers load a font once a character of it is seen: the first icon may be that of a menu.
    document.fonts?.add(new FontFace("codicon", `url(${files.editorIcons})`, { display: "block" }));
  }

  if (files.steps) {
    // A step's router may have led here, and this page was loaded in its place: then the way back is within
    // one document, for browsers, and nothing here knows another page.
    const { pathname } = location;
    addEventListener("popstate", () => {
      if (location.pathname !== pathname) location.reload();
    });

    // Who points at a link to a step mostly follows it.
    const hints = ["pointerover", "focusin", "touchstart"];
    const prefetch = ({ target }) => {
      const link = target.closest?.("a[href]");
      if (!link || !isToStep(link)) return;
      for (const name of hints) document.removeEventListener(name, prefetch);
      for (const address of files.steps) {
        const hint = document.createElement("link");
        hint.rel = "prefetch";
        hint.href = address;
        document.head.append(hint);
      }
    };
    for (const name of hints) document.addEventListener(name, prefetch, { passive: true });
  }
})();
