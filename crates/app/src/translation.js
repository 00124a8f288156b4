// Lets the app change a text wherever a translator has put something else in its place.
//
// Translators (Google's, Edge's) put a <font> in the place of each text. The app knows nothing of
// that: it goes on writing to the text that it made, which nobody sees any more, and can't remove
// what stands there now, so that an old verdict would stay beside the new one. Here each text that
// lost its place waits in an element of its own, outside of the page. As soon as the app touches it,
// its place is given back with whatever the app made of it, and the translation is removed; a
// translator that is still at work translates the new text. All texts are covered by this, so no
// component has to think of it.
(() => {
  const everything = { childList: true, characterData: true, subtree: true };
  const isTranslation = (node) => node.nodeName === "FONT";

  // By the element that was translated: what stands in it instead of the app's own nodes, and what
  // waits for its place.
  const translated = new WeakMap();
  // The translated element, by the element outside of the page that its nodes wait in.
  const origins = new WeakMap();
  // The app's nodes that a translator moved into a <font>.
  const moved = new WeakSet();

  // Monaco replaces its lines in one step too, and so is output replaced, which is HTML as a whole.
  const isWritten = (element) => element.closest(".editor-host, .diff, .output") !== null;

  const setAside = (element, nodes, standIn) => {
    const waiting = document.createElement("div");
    waiting.append(...nodes);
    origins.set(waiting, element);
    translated.get(element).waiting.push({ waiting, standIn });
    observer.observe(waiting, everything);
  };

  const ownNodes = (translation) => [...translation.childNodes].flatMap((node) => {
    if (moved.has(node)) return [node];
    return isTranslation(node) ? ownNodes(node) : [];
  });

  const restore = (element) => {
    const found = translated.get(element);
    if (!found) return;
    translated.delete(element);
    for (const { waiting, standIn } of found.waiting) {
      const nodes = [...waiting.childNodes];
      if (standIn.parentNode === element) standIn.before(...nodes);
      else element.append(...nodes);
    }
    for (const standIn of found.standIns) {
      if (standIn.parentNode === element) standIn.replaceWith(...ownNodes(standIn));
    }
  };

  const look = (records) => {
    const touched = new Set();
    // What stands in for the app's nodes since these records, by element.
    const newStandIns = new Map();
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (!target.isConnected) {
        const origin = origins.get(target.getRootNode());
        if (origin) touched.add(origin);
      } else if (type === "childList" && !isWritten(target)) {
        // Elsewhere the app replaces nothing in one step, and it makes no <font>.
        const added = [...addedNodes];
        const standIns = added.filter((node) => isTranslation(node) || removedNodes.length > 0);
        if (standIns.length > 0) {
          newStandIns.set(target, [...(newStandIns.get(target) ?? []), ...standIns]);
        }
      }
    }
    for (const [element, standIns] of newStandIns) {
      if (!translated.has(element)) translated.set(element, { standIns: new Set(), waiting: [] });
      for (const node of standIns) translated.get(element).standIns.add(node);
    }
    for (const { target, removedNodes, addedNodes, previousSibling, nextSibling } of records) {
      const standIns = newStandIns.get(target);
      if (!standIns) continue;
      const nodes = [...removedNodes];
      for (const node of nodes) if (node.parentNode) moved.add(node);
      const lost = nodes.filter((node) => !node.parentNode && !standIns.includes(node));
      const standIn = [...addedNodes, previousSibling, nextSibling]
        .find((node) => standIns.includes(node)) ?? standIns[0];
      if (lost.length > 0) setAside(target, lost, standIn);
    }
    touched.forEach(restore);
    // What was put back is none of a translator's doing.
    observer.takeRecords();
  };
  const observer = new MutationObserver(look);
  addEventListener("codealong:started", () => {
    const app = document.getElementById("app");
    if (app) observer.observe(app, everything);
  });
})();
