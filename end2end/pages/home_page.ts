import type { Locator, Page } from "@playwright/test";

/** The first page: all courses. */
export class HomePage {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/");
  }

  course(name: string): Locator {
    return this.page.getByRole("main").getByRole("link", { name });
  }
}
