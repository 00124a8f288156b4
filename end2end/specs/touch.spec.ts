import { expect, test } from "../fixtures/test.ts";

test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

test("a finger reaches the symbols that a touch keyboard hides", async ({ workbench }) => {
  await workbench.open("listen");
  await workbench.write("");
  const keys = workbench.code.getByRole("group", { name: "Symbols" });
  await expect(keys).toBeVisible();
  for (const key of ["[", "_", "]", "=", "#"]) {
    await keys.getByRole("button", { name: key, exact: true }).tap();
  }
  await workbench.editor.expectText("[_]=#");
  await keys.getByRole("button", { name: "Undo" }).tap();
  await expect(async () => expect(await workbench.editor.text()).not.toBe("[_]=#")).toPass();
});

test.describe("with a mouse", () => {
  test.use({ hasTouch: false, isMobile: false });

  test("there is no row of symbols", async ({ workbench }) => {
    await workbench.open("listen");
    await workbench.showCode();
    await expect(workbench.code.getByRole("group", { name: "Symbols" })).toBeHidden();
  });
});
