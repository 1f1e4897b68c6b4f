import { ownHosts } from '../../../src/compose/tracing.js';
import { parseConfig } from '../../../src/config.js';
import { isBehalfError } from '../../../src/kernel/errors.js';

const SLACK = { SLACK_SIGNING_SECRET: 'signing', SLACK_BOT_TOKEN: 'xoxb' };
const COLLECTOR = { ...SLACK, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const tracingOf = (environment: Readonly<Record<string, string>>) => parseConfig(environment).tracing;

function mistake(environment: Readonly<Record<string, string>>): string {
  try {
    parseConfig(environment);
    return 'none';
  } catch (error) {
    if (!isBehalfError(error, 'config.invalid')) throw error;
    return error.message.split('\n').slice(1).join('\n').trim();
  }
}

describe('the settings of traces', () => {
  test('are none without a collector, or where OpenTelemetry is switched off', () => {
    expect(tracingOf(SLACK)).toBeUndefined();
    expect(tracingOf({ ...SLACK, OTEL_SERVICE_NAME: 'bot' })).toBeUndefined();
    expect(tracingOf({ ...COLLECTOR, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
  });

  test('have defaults for everything but the collector', () => {
    expect(tracingOf(COLLECTOR)).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      attributes: { 'service.name': 'behalf' },
      sampler: { name: 'parentbased_always_on', ratio: 1 },
    });
  });

  test.each([
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['https://vendor.example/otlp', 'https://vendor.example/otlp/v1/traces'],
    ['https://vendor.example/otlp/', 'https://vendor.example/otlp/v1/traces'],
  ])('put the path of traces behind the collector %s', (endpoint, url) => {
    expect(tracingOf({ ...SLACK, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })?.url).toBe(url);
  });

  test('take the address for traces as it is, before the general one', () => {
    const exact = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://vendor.example/api/spans' };

    expect(tracingOf({ ...COLLECTOR, ...exact })?.url).toBe('https://vendor.example/api/spans');
    expect(tracingOf({ ...SLACK, ...exact })?.url).toBe('https://vendor.example/api/spans');
  });

  test('hold headers as secrets', () => {
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb%20c, authorization=Basic%20eHg=' };
    const tracing = tracingOf({ ...COLLECTOR, ...headers });

    expect(tracing?.headers['x-key']?.reveal()).toBe('a,b c');
    expect(tracing?.headers['authorization']?.reveal()).toBe('Basic eHg=');
    expect(JSON.stringify(tracing)).not.toContain('a,b c');
  });

  test('name the service: by its variable, by the attributes, or as behalf', () => {
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=named,deployment.environment.name=test' };

    expect(tracingOf({ ...COLLECTOR, ...attributes })?.attributes).toEqual({
      'service.name': 'named',
      'deployment.environment.name': 'test',
    });
    expect(tracingOf({ ...COLLECTOR, ...attributes, OTEL_SERVICE_NAME: 'bot' })?.attributes['service.name']).toBe(
      'bot',
    );
  });

  test('take a share of the traces', () => {
    const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' };

    expect(tracingOf({ ...COLLECTOR, ...sampler })?.sampler).toEqual({ name: 'parentbased_traceidratio', ratio: 0.25 });
  });

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'is not a URL'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://collector:4317', 'is not a URL'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be http/json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'secret-canary', 'must be key=value pairs'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-key=%E0%A4%A', 'must be key=value pairs'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=value', 'must be key=value pairs'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', 'must be one of always_on'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'must be a number from 0 to 1'],
    ['OTEL_TRACES_SAMPLER_ARG', 'half', 'must be a number from 0 to 1'],
    ['OTEL_SDK_DISABLED', 'yes', 'must be one of false, true'],
  ])('refuse %s=%s', (name, value, reason) => {
    const found = mistake({ ...COLLECTOR, [name]: value });

    expect(found).toMatch(new RegExp(`^- ${name} ${reason}`));
    expect(found).not.toContain('canary');
  });
});

describe('servers that are told of a trace', () => {
  const isOwn = async (address: string, egress: string) => {
    const config = parseConfig({ ...COLLECTOR, EGRESS_ALLOW: egress });
    return (await ownHosts(config))(new URL(address));
  };

  test.each([
    ['https://jira.internal/rest', 'jira.internal', true],
    ['https://jira.internal/rest', 'jira.internal:443', true],
    ['http://jira.internal/rest', 'jira.internal:80', true],
    ['https://jira.internal:8443/rest', 'jira.internal:8443', true],
    ['https://jira.internal/rest', 'jira.internal:8443', false],
    ['https://api.github.com/user', 'jira.internal', false],
    ['https://10.1.2.3/rest', '10.0.0.0/8', false],
    ['https://jira.internal.evil.example/', 'jira.internal', false],
  ])('are those that EGRESS_ALLOW names: %s with %s', async (address, egress, told) => {
    expect(await isOwn(address, egress)).toBe(told);
  });

  test('are none where nothing is traced', async () => {
    const tell = await ownHosts(parseConfig({ ...SLACK, EGRESS_ALLOW: 'jira.internal' }));

    expect(tell(new URL('https://jira.internal/'))).toBe(false);
  });
});
