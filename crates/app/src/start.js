// The wasm is on its way while the JavaScript that wants it still loads.
const start = async () => {
  const wasm = fetch("FILES.wasm");
  // It is awaited, and its failure told of, below.
  wasm.catch(() => {});
  const page = await import("FILES.js");
  await page.default({ module_or_path: wasm });
  page.hydrate();
};
start().catch((error) => {
  dispatchEvent(new Event("codealong:unloaded"));
  throw error;
});
