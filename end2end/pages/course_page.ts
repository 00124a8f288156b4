import type { Locator, Page } from "@playwright/test";

/** A course's page: its introduction, its steps, the progress. */
export class CoursePage {
  constructor(readonly page: Page) {}

  async open(course = "redis"): Promise<void> {
    await this.page.goto(`/courses/${course}`);
  }

  step(title: string): Locator {
    return this.page.getByRole("main").getByRole("link", { name: title });
  }
}
