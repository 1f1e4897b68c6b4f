import { renderEnvExample, renderSettingsTable, replaceSettings } from '../../scripts/settings.js';
import { describeSettings } from '../../src/settings.js';
import { exists, read } from './support/repository.js';

describe('the settings', () => {
  it('make .env.example', () => {
    expect(read('.env.example')).toBe(renderEnvExample());
  });

  it('are all in .env.example, and nothing else is', () => {
    const names = [...read('.env.example').matchAll(/^#?(\w+)=/gm)].map(([, name]) => name);

    expect([...names].sort()).toEqual(
      describeSettings()
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('stand in the README between <!-- settings --> and <!-- /settings -->', () => {
    const readme = exists('README.md') ? read('README.md') : '';

    expect(readme).toContain(renderSettingsTable());
    expect(replaceSettings(readme)).toBe(readme);
  });

  it('take the place of the old table', () => {
    const replaced = replaceSettings('before\n<!-- settings -->\nold\n<!-- /settings -->\nafter\n');

    expect(replaced).toBe(`before\n<!-- settings -->\n${renderSettingsTable()}\n<!-- /settings -->\nafter\n`);
    expect(replaceSettings('no markers')).toBeUndefined();
  });
});
