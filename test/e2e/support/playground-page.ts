import type { Locator, Page } from 'playwright-core';

/** One chat client on the playground's page. */
export class ClientOnPage {
  readonly #client: Locator;

  constructor(page: Page, name: 'Slack' | 'Microsoft Teams') {
    this.#client = page.getByRole('region', { name, exact: true });
  }

  async say(text: string): Promise<void> {
    const box = this.#client.getByRole('textbox', { name: /^Message to / });
    await box.fill(text);
    await box.press('Enter');
  }

  /** The newest message that shows this, once it is there. */
  async message(text: string | RegExp): Promise<MessageOnPage> {
    const found = this.#client.locator('li[data-message]', { hasText: text }).last();
    await found.waitFor();
    const id = await found.getAttribute('data-message');
    return new MessageOnPage(this.#client.locator(`li[data-message="${id}"]`), id ?? '');
  }

  /** Goes to another conversation of this client. */
  async openConversation(title: string | RegExp): Promise<void> {
    await this.#client.getByRole('navigation').getByRole('button', { name: title }).click();
  }

  /** All that this client shows. */
  text(): Promise<string | null> {
    return this.#client.textContent();
  }
}

/** One message, which stays the same one when it is edited. */
export class MessageOnPage {
  readonly id: string;
  readonly #message: Locator;

  constructor(message: Locator, id: string) {
    this.#message = message;
    this.id = id;
  }

  /** Waits until the message says this. */
  async becomes(text: string | RegExp): Promise<void> {
    await this.#message.filter({ hasText: text }).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.#message.getByRole('button', { name }).or(this.#message.getByRole('link', { name }));
  }

  cell(name: string | RegExp): Locator {
    return this.#message.getByRole('cell', { name });
  }

  async choose(option: string | RegExp): Promise<void> {
    const list = this.#message.getByRole('combobox');
    const shown = await list.getByRole('option', { name: option }).textContent();
    await list.selectOption({ label: shown ?? '' });
  }
}
