import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../adapters/prometheus/index.js';
import { describeSettings } from '../../src/settings.js';
import { expectNone } from './support/findings.js';
import { anchorsOf, tableRowsOf } from './support/markdown.js';
import { exists, filesBelow, read } from './support/repository.js';

const settings = new Set(describeSettings().map(({ name }) => name));

const Compose = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      environment: z.record(z.string(), z.string()).optional(),
      volumes: z.array(z.string()).optional(),
      read_only: z.boolean().optional(),
      stop_grace_period: z.string().optional(),
    }),
  ),
});

const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Deployment = z.object({
  spec: z.object({
    strategy: z.object({ rollingUpdate: z.object({ maxUnavailable: z.number() }) }),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({
          runAsNonRoot: z.literal(true),
          runAsGroup: z.number(),
          fsGroup: z.number().optional(),
        }),
        containers: z.tuple([
          z.looseObject({
            env: z.array(z.object({ name: z.string(), value: z.string() })),
            startupProbe: Probe,
            livenessProbe: Probe,
            readinessProbe: Probe.extend({
              periodSeconds: z.number(),
              timeoutSeconds: z.number(),
              failureThreshold: z.number(),
            }),
            lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }) }),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
          }),
        ]),
      }),
    }),
  }),
});
const Ingress = z.object({
  spec: z.object({
    rules: z.array(z.object({ http: z.object({ paths: z.array(z.looseObject({ path: z.string() })) }) })),
  }),
});
const Alerts = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});

/** What must be reachable from outside; the rest of the routes stays inside. */
const PUBLIC = ['/', '/slack', '/teams', '/api/messages', '/login', '/export', '/oauth/callback', '/assets'];
/** In which the service ends after SIGTERM. */
const ENDS_WITHIN_SECONDS = 25;
/** For as long after it the service still takes in what comes. */
const TAKES_IN_SECONDS = 5;

/** Names of all metrics, with those that a histogram makes. */
async function metricNames(): Promise<ReadonlySet<string>> {
  const text = await createMetrics().render();
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

function metricsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\b(?:behalf|nodejs|process)_\w+/g)].map(([name]) => name);
}

function quotedIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

/** What panels ask for. */
function queriesIn(dashboard: string): readonly string[] {
  const queries: string[] = [];
  JSON.parse(dashboard, (key, value: unknown) => {
    if (key === 'expr' && typeof value === 'string') queries.push(value);
    return value;
  });
  return queries;
}

function pathOf(prefix: string): string {
  return prefix.replace(/\/\*$/, '');
}

describe('deploy/compose', () => {
  const { services } = Compose.parse(parse(read('deploy/compose/compose.yaml'), { merge: true }));
  const replicas = Object.keys(services).filter((name) => name.startsWith('behalf-'));

  it('runs three replicas with settings that exist, which end in time', () => {
    expect(replicas).toHaveLength(3);
    for (const name of replicas) {
      const service = services[name];
      expect(Object.keys(service?.environment ?? {}).filter((setting) => !settings.has(setting))).toEqual([]);
      expect(Number.parseInt(service?.stop_grace_period ?? '', 10)).toBeGreaterThan(ENDS_WITHIN_SECONDS);
      expect(service?.read_only).toBe(true);
    }
  });

  it.each(['.', 'deploy/compose'])(
    'mounts what a fresh clone has, of %s: Docker makes a folder of what is missing',
    (folder) => {
      const mounted = Object.values(Compose.parse(parse(read(`${folder}/compose.yaml`), { merge: true })).services)
        .flatMap(({ volumes = [] }) => volumes)
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((source) => source.startsWith('.'))
        .map((source) => join(folder, source));
      const files = filesBelow('.');

      expect(mounted).toContain('config');
      expect(mounted.filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
    },
  );

  it('has a balancer that knows every replica and lets through what must be reachable, and no more', () => {
    const caddy = read('deploy/compose/Caddyfile');

    expect(/reverse_proxy (.+) \{/.exec(caddy)?.[1]?.split(' ')).toEqual(replicas.map((name) => `${name}:3000`));
    expect(/health_uri (\S+)/.exec(caddy)?.[1]).toBe('/readyz');
    const seconds = (name: string) => Number(new RegExp(`${name} (\\d+)s`).exec(caddy)?.[1]);
    expect(seconds('health_interval') + seconds('health_timeout')).toBeLessThanOrEqual(TAKES_IN_SECONDS);
    expect(/@public path (.+)/.exec(caddy)?.[1]?.split(' ').map(pathOf)).toEqual(PUBLIC);
  });
});

describe('deploy/kubernetes', () => {
  const { template, strategy } = Deployment.parse(parse(read('deploy/kubernetes/deployment.yaml'))).spec;
  const [container] = template.spec.containers;

  it('names files that exist, each of them YAML', () => {
    const { resources } = z
      .looseObject({ resources: z.array(z.string()) })
      .parse(parse(read('deploy/kubernetes/kustomization.yaml')));

    expect(resources.length).toBeGreaterThan(3);
    for (const file of resources) {
      const documents = parseAllDocuments(read(`deploy/kubernetes/${file}`));
      expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    }
    const others = ['connections.yaml', 'kustomization.yaml'];
    expect(filesBelow('deploy/kubernetes')).toEqual(
      [...resources, ...others].map((file) => `deploy/kubernetes/${file}`).sort(),
    );
  });

  it('asks the paths that the service answers, and never restarts it because its store is away', () => {
    expect(container.livenessProbe.httpGet.path).toBe('/healthz');
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    const { failureThreshold, periodSeconds, timeoutSeconds } = container.readinessProbe;
    expect(periodSeconds * failureThreshold + timeoutSeconds).toBeLessThanOrEqual(TAKES_IN_SECONDS);
    expect(container.startupProbe.httpGet.path).toBe('/readyz');
    expect(template.metadata.annotations['prometheus.io/path']).toBe('/metrics');
  });

  it('lets the service read what is mounted of secrets, which would be root’s alone', () => {
    const { fsGroup, runAsGroup } = template.spec.securityContext;
    expect(fsGroup).toBe(runAsGroup);
  });

  it('sets only variables that the service knows', () => {
    expect(container.env.map(({ name }) => name).filter((name) => !settings.has(name))).toEqual([]);
  });

  it('leaves a replica the time that it needs to end, and takes none away before the next is ready', () => {
    const pauseMs = Number(/(\d+)\)$/.exec(container.lifecycle.preStop.exec.command.join(' '))?.[1]);

    expect(pauseMs).toBeGreaterThan(0);
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(ENDS_WITHIN_SECONDS + pauseMs / 1000);
    expect(strategy.rollingUpdate.maxUnavailable).toBe(0);
  });

  it('lets through what must be reachable, and no more', () => {
    const { rules } = Ingress.parse(parse(read('deploy/kubernetes/ingress.yaml'))).spec;

    expect(rules.flatMap(({ http }) => http.paths.map(({ path }) => path))).toEqual(PUBLIC);
  });
});

describe('what Prometheus and Grafana look at', () => {
  const rules = Alerts.parse(parse(read('deploy/prometheus/alerts.yaml'))).groups.flatMap((group) => group.rules);

  it('is measured', async () => {
    const names = await metricNames();
    const asked = [read('deploy/grafana/behalf.json'), ...rules.map(({ expr }) => expr)].flatMap(metricsIn);

    expect(new Set(asked).size).toBeGreaterThan(15);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });

  it('is asked for by labels that it has', () => {
    const labels = new Map(
      tableRowsOf(read('docs/operations.md')).map(({ cells: [name = '', its = ''] }) => [
        quotedIn(name)[0],
        quotedIn(its),
      ]),
    );
    const asked = [...queriesIn(read('deploy/grafana/behalf.json')), ...rules.map(({ expr }) => expr)];
    const pairs = asked.flatMap((expr) =>
      [...expr.matchAll(/(?:by \((?<by>[^)]*)\) \((?:\w+\()*)?(?<name>behalf_\w+)(?:\{(?<filter>[^}]*)\})?/g)].flatMap(
        ({ groups: { by = '', filter = '', name = '' } = {} }) => {
          const own = labels.get(name.replace(/_(?:bucket|sum|count)$/, '')) ?? [];
          const wanted = [...by.matchAll(/\w+/g), ...filter.matchAll(/\w+(?=[=!]~?)/g)].map(([label]) => label);
          return wanted.map((label) => ({ label, isThere: label === 'le' || own.includes(label), expr }));
        },
      ),
    );

    expect(pairs.length).toBeGreaterThan(40);
    expect(pairs.filter(({ isThere }) => !isThere)).toEqual([]);
  });

  it('counts where it happens in a replica for the first time, though others have met it before', () => {
    const ofOneEvent = rules.map(({ expr }) => expr).filter((expr) => expr.includes(' unless '));

    expect(ofOneEvent.length).toBeGreaterThan(3);
    const counted = queriesIn(read('deploy/grafana/behalf.json')).filter((expr) => expr.includes('mismatch'));
    expect(counted).toEqual([expect.stringMatching(/ \+ \(sum\((\S+) unless \1 offset 24h\) or vector\(0\)\)$/)]);
    for (const expr of ofOneEvent) expect(expr).toMatch(/ or sum by \(\w+\) \((\S+) unless \1 offset \w+\) > 0$/);
  });

  it('is explained for each alert in the runbook', () => {
    const anchors = anchorsOf(read('docs/runbook.md'));

    expect(rules.length).toBeGreaterThan(10);
    expectNone(
      rules
        .filter(({ annotations: { runbook } }) => {
          const [file, anchor = ''] = runbook.split('#');
          return file !== 'docs/runbook.md' || !anchors.has(anchor);
        })
        .map(({ alert, annotations }) => ({
          what: `${alert} names ${annotations.runbook}`,
          why: 'Somebody is woken by it and looks for what to do.',
          fix: 'Name a heading of docs/runbook.md, or write it.',
        })),
    );
  });
});

/** What the table of faults has to speak of, whatever else it does. */
const FAULTS = [
  ...['Redis is away at the start', 'Redis dies', 'Redis is slow', 'Redis hangs', 'Redis is full'],
  ...[
    'OAuth server is slow',
    'OAuth server answers the end of a login with a page, an empty body',
    'OAuth server redirects',
  ],
  ...['OAuth server answers a refresh', 'OAuth server asks to wait', 'OAuth server lies about the life'],
  ...[
    'app answers a call with a page, half its JSON, 500, 503, 429 or a redirect',
    'app answers a call with an empty body',
  ],
  ...['app is slow', 'app cuts the connection', 'platform sends an event again', 'platform sends more than'],
  ...['Slack asks to wait', 'Teams asks to wait', 'process is killed before or after any write'],
];

describe('the runbook', () => {
  it('says of every fault what people see, what is logged and what is kept', () => {
    const rows = tableRowsOf(read('docs/runbook.md')).filter(({ head }) => head === 'Fault');

    expect(FAULTS.filter((fault) => !rows.some(({ cells }) => cells[0]?.includes(fault)))).toEqual([]);
    expect(rows.filter(({ cells }) => cells.length !== 5 || cells.includes('')).map(({ line }) => line)).toEqual([]);
  });

  it('names a test for every fault, and the test is there', () => {
    const rows = tableRowsOf(read('docs/runbook.md')).filter(({ head }) => head === 'Fault');

    expect(rows.length).toBeGreaterThan(20);
    expectNone(
      rows
        .filter(({ cells }) => {
          const [, file = '', name = ''] = /^`([^`]+)` · "(.+)"$/.exec(cells.at(-1) ?? '') ?? [];
          return name === '' || !exists(file) || !read(file).includes(name);
        })
        .map(({ line, cells }) => ({
          what: `docs/runbook.md:${line} says what happens when: ${cells[0]}`,
          why: 'Nothing proves it: the file or the test that it names is not there.',
          fix: 'Write `file` · "name of the test", as it stands in the file.',
        })),
    );
  });
});
