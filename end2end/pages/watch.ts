import type { Locator, Page } from "@playwright/test";

/** The player of a recorded test. */
export class Watch {
  readonly scrubber: Locator;
  /** The line of the moment: where it is, its text, what it has done. */
  readonly line: Locator;
  /** Where that is, as in "line 5 in serve". */
  readonly place: Locator;
  /** In the editor, the values behind the line. */
  readonly valuesInEditor: Locator;

  constructor(
    page: Page,
    readonly panel: Locator,
  ) {
    this.scrubber = panel.getByRole("slider", { name: "Step" });
    this.line = panel.locator(".watch-line");
    this.place = panel.locator(".watch-place > span");
    this.valuesInEditor = page.locator(".monaco-editor .watched-values");
  }

  /** A variable's value in a function, or in main.py. */
  value(name: string, scope: string): Locator {
    return this.panel
      .locator("details.watch-call")
      .filter({ has: this.panel.page().locator("summary", { hasText: scope }) })
      .locator(".watch-values > div")
      .filter({ has: this.panel.page().locator("dt").getByText(name, { exact: true }) })
      .locator("dd");
  }

  button(name: string): Locator {
    return this.panel.getByRole("button", { name, exact: true });
  }
}
