import { expectNoBarrier } from "../fixtures/barriers.ts";
import { takePicture } from "../fixtures/pictures.ts";
import { pageStates } from "../fixtures/states.ts";
import { expect, test } from "../fixtures/test.ts";

const SIZES = [
  { width: 1440, height: 900, hasLayoutOfItsOwn: true },
  { width: 1024, height: 768, hasLayoutOfItsOwn: false },
  { width: 390, height: 844, hasLayoutOfItsOwn: true },
];

for (const [name, { reach, renew, expectTrouble }] of Object.entries(pageStates)) {
  test(`${name} has no barrier, and its picture is taken`, async ({ page, workbench, trouble }) => {
    test.slow(renew !== undefined, "the state is reached again and again");
    expectTrouble?.(trouble);
    await reach(page, workbench);
    for (const { width, height, hasLayoutOfItsOwn } of SIZES) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ["light", "dark"] as const) {
        // Without transitions: colours halfway between two themes belong to neither.
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const look = async (): Promise<void> => {
          await renew?.(workbench);
          await takePicture(page, `${name}-${colorScheme}-${width}`);
          if (hasLayoutOfItsOwn) {
            await expectNoBarrier(page, colorScheme === "light" ? "all" : "colours");
          }
          if (renew) expect(await workbench.runs(), "the state lasted").toBe(true);
        };
        await test.step(`${width} px, ${colorScheme}`, () =>
          renew ? expect(look).toPass({ timeout: 60_000 }) : look(),
        );
      }
    }
  });
}
