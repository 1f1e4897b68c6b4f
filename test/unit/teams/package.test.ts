import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import type { TeamsAppManifest } from '@microsoft/teams-manifest';
import { unzipSync } from 'fflate';
import { buildTeamsPackage, fillManifest, type PackageValues } from '../../../adapters/teams/app-package.js';
import { drawIcon, ICONS } from '../../../scripts/teams-icons.js';

const FOLDER = path.resolve(__dirname, '../../../appPackage');
const template = readFileSync(path.join(FOLDER, 'manifest.json'), 'utf8');

const values: PackageValues = {
  appId: '99999999-8888-4777-8666-555555555555',
  publicUrl: 'https://behalf.example.com/',
  developer: 'Acme "Sales" \\ Co',
  version: '1.2.3',
};

/** Pixels of a PNG as written by us: red, green, blue, opacity. */
function pixelsOf(png: Buffer): number[][] {
  const size = png.readUInt32BE(16);
  const start = png.indexOf('IDAT');
  const raw = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  return Array.from({ length: size * size }, (_, index) => {
    const at = Math.floor(index / size) * (size * 4 + 1) + 1 + (index % size) * 4;
    return [...raw.subarray(at, at + 4)];
  });
}

describe('the Teams app', () => {
  it('is a zip of the manifest with its values and both icons, the same each time', () => {
    const zip = buildTeamsPackage(values);
    const files = unzipSync(zip);
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    const text = Buffer.from(files['manifest.json'] ?? []).toString('utf8');
    expect(text).not.toContain('{{');
    expect(JSON.parse(text)).toMatchObject({
      id: values.appId,
      version: '1.2.3',
      developer: { name: values.developer, websiteUrl: 'https://behalf.example.com' },
      bots: [{ botId: values.appId }],
      validDomains: ['behalf.example.com'],
    });
    expect(Buffer.compare(Buffer.from(zip), Buffer.from(buildTeamsPackage(values)))).toBe(0);
  });

  it('is a manifest as the vendor types it, that offers the same commands everywhere', () => {
    const { composeExtensions = [], ...rest } = fillManifest(template, values);
    const manifest: TeamsAppManifest = { ...rest, composeExtensions };
    const lists = manifest.bots?.flatMap(({ commandLists }) => commandLists ?? []) ?? [];
    expect(lists.flatMap(({ scopes }) => scopes).sort()).toEqual(['groupChat', 'personal', 'team']);
    for (const { commands } of lists)
      expect(commands.map(({ title }) => title)).toEqual(['help', 'personal_connections']);
  });

  it('offers the shortcuts of recipes as actions of its message extension, and none where there are none', () => {
    expect(fillManifest(template, values)).not.toHaveProperty('composeExtensions');
    const description = 'x'.repeat(200);
    const shortcuts = [
      { kind: 'global' as const, id: 'global:case', name: 'New case', description: 'Opens a case' },
      { kind: 'message' as const, id: 'message:case', name: 'Case from message', description },
    ];
    const { composeExtensions = [] } = fillManifest(template, { ...values, shortcuts });
    const typed = composeExtensions satisfies NonNullable<TeamsAppManifest['composeExtensions']>;
    expect(typed).toEqual([
      {
        botId: values.appId,
        commands: [
          {
            id: 'global:case',
            type: 'action',
            title: 'New case',
            description: 'Opens a case',
            context: ['compose', 'commandBox'],
            fetchTask: true,
          },
          {
            id: 'message:case',
            type: 'action',
            title: 'Case from message',
            description: `${'x'.repeat(127)}…`,
            context: ['message'],
            fetchTask: true,
          },
        ],
      },
    ]);
  });

  it('offers commands of recipes below its own, ten in all', () => {
    const commands = Array.from({ length: 12 }, (_, index) => ({ title: `command ${index}`, description: 'Does it' }));
    const odd = [
      { title: ' ', description: 'no word' },
      { title: 'x'.repeat(129), description: 'too long for a list' },
      { title: 'plain', description: ' ' },
    ];
    for (const { commandLists } of fillManifest(template, { ...values, commands: [...odd, ...commands] }).bots)
      for (const { commands: offered } of commandLists) {
        const titles = offered.map(({ title }) => title);
        expect(titles).toEqual([
          'help',
          'personal_connections',
          'plain',
          ...commands.slice(0, 7).map(({ title }) => title),
        ]);
        expect(offered[2]).toEqual({ title: 'plain', description: 'plain' });
      }
  });

  it.each(['😀', '👨‍👩‍👧‍👦', '🇩🇪', '👋🏼'])('is well-formed, whatever is cut of descriptions full of %s', (emoji) => {
    const description = `x${emoji.repeat(100)}`;
    const shortcut = { kind: 'global' as const, id: 'global:case', name: 'New case', description };
    const filled = fillManifest(template, {
      ...values,
      commands: [{ title: 'case', description }],
      shortcuts: [shortcut],
    });
    const [offered = { description: '' }] = filled.bots.flatMap(({ commandLists }) =>
      commandLists.flatMap(({ commands }) => commands.filter(({ title }) => title === 'case')),
    );
    expect(offered.description).toMatch(new RegExp(`^x(?:${emoji})+…$`, 'u'));
    expect(JSON.stringify(filled.composeExtensions)).toContain(`"${offered.description}"`);
  });

  it('says for what Teams clients get tokens where single sign-on is set up, and else nothing of it', () => {
    const resource = `api://botid-${values.appId}`;
    const manifest = fillManifest(template, { ...values, signInResource: resource });
    expect(manifest.webApplicationInfo).toEqual({ id: values.appId, resource });
    expect(fillManifest(template, values)).not.toHaveProperty('webApplicationInfo');
  });

  it.each<[string, Partial<PackageValues>, string]>([
    ['an app id that is none', { appId: 'behalf' }, 'bots.0.botId'],
    ['a version that is none', { version: 'next' }, 'version'],
    ['an endless developer', { developer: 'x'.repeat(33) }, 'developer.name'],
    ['no TLS', { publicUrl: 'http://behalf.example.com' }, 'PUBLIC_URL'],
    ['this machine', { publicUrl: 'https://localhost' }, 'PUBLIC_URL'],
    ['a port', { publicUrl: 'https://behalf.example.com:8443' }, 'PUBLIC_URL'],
    ['a path', { publicUrl: 'https://behalf.example.com/bot' }, 'PUBLIC_URL'],
    ['no URL', { publicUrl: 'behalf.example.com' }, 'PUBLIC_URL'],
  ])('is not made for %s', (_what, change, named) => {
    expect(() => buildTeamsPackage({ ...values, ...change })).toThrow(named);
  });

  it('is not made of a manifest with a key or a hole that nobody knows', () => {
    expect(() => fillManifest(template.replace('"id"', '"ids"'), values)).toThrow('id');
    expect(() => fillManifest(template.replace('{{APP_ID}}', '{{APP}}'), values)).toThrow('id');
  });

  it.each(ICONS.map((icon) => [icon.file, icon] as const))('has %s as it is drawn', (file, icon) => {
    expect(readFileSync(path.join(FOLDER, file)).equals(drawIcon(icon))).toBe(true);
  });

  it('has an outline of white on nothing, and a colour icon that is filled', () => {
    const [colour = [], outline = []] = ['color.png', 'outline.png'].map((file) =>
      pixelsOf(readFileSync(path.join(FOLDER, file))),
    );
    expect(colour).toHaveLength(192 * 192);
    expect(colour.every(([, , , opacity]) => opacity === 255)).toBe(true);
    expect(outline).toHaveLength(32 * 32);
    expect(outline.every(([red, green, blue]) => red === 255 && green === 255 && blue === 255)).toBe(true);
    const opacities = outline.map(([, , , opacity]) => opacity);
    expect(opacities).toContain(0);
    expect(opacities).toContain(255);
  });
});
