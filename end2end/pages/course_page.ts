import type { Locator, Page } from "@playwright/test";

/** A course's page: what one builds, the steps, the way so far. */
export class CoursePage {
  constructor(readonly page: Page) {}

  async open(course = "redis"): Promise<void> {
    await this.page.goto(`/courses/${course}`);
  }

  step(title: string): Locator {
    return this.page.getByRole("main").getByRole("link", { name: title });
  }
}
