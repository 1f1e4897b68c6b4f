import { setTimeout } from 'node:timers/promises';
import { createMetrics } from '../../../adapters/prometheus/index.js';

describe('the metrics', () => {
  test('are named behalf_…, with units, and labelled', async () => {
    const metrics = createMetrics();
    metrics.count('chat_events', { platform: 'slack', kind: 'text' });
    metrics.count('chat_events', { platform: 'slack', kind: 'text' });
    metrics.time('ack_ms', 7, { platform: 'slack' });
    metrics.gauge('recipes_started', 3);
    const text = await metrics.render();
    expect(text).toContain('behalf_chat_events_total{platform="slack",kind="text"} 2\n');
    expect(text).toContain('behalf_ack_ms_bucket{le="10",platform="slack"} 1\n');
    expect(text).toContain('behalf_ack_ms_bucket{le="5",platform="slack"} 0\n');
    expect(text).toContain('behalf_ack_ms_sum{platform="slack"} 7\n');
    expect(text).toContain('behalf_recipes_started 3\n');
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  test('have a help text each, come with those of the process, and of nothing else', async () => {
    const text = await createMetrics().render();
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
    expect(names).toContain('process_cpu_seconds_total');
    expect(names.filter((name) => !/^(behalf|process|nodejs)_/.test(name))).toEqual([]);
    const helps = [...text.matchAll(/^# HELP (behalf_\S+) (.*)$/gm)];
    expect(helps).toHaveLength(names.filter((name) => name.startsWith('behalf_')).length);
    for (const [, , help] of helps) expect(help).toMatch(/^[A-Z].{10,}/);
  });

  test('are all there whenever somebody asks, however many were noted', async () => {
    const metrics = createMetrics();
    for (let noted = 0; noted < 1_001; noted += 1) {
      metrics.count('commands', { command: noted % 2 === 0 ? 'even' : 'odd' });
      metrics.time('store_call_ms', 3, { store: 'redis' });
    }
    const text = await metrics.render();
    expect(text).toContain('behalf_commands_total{command="even"} 501\n');
    expect(text).toContain('behalf_commands_total{command="odd"} 500\n');
    expect(text).toContain('behalf_store_call_ms_count{store="redis"} 1001\n');
    metrics.count('commands', { command: 'odd' });
    expect(await metrics.render()).toContain('behalf_commands_total{command="odd"} 501\n');
  });

  test('say how late the event loop is: not at all where nothing happens, and as long as it is held up', async () => {
    const metrics = createMetrics();
    const late = async (which: string) =>
      Number(new RegExp(`^nodejs_eventloop_lag_${which}_seconds (\\S+)$`, 'm').exec(await metrics.render())?.[1]);
    await setTimeout(1_300);
    expect(await late('p50')).toBeLessThan(0.1);
    await setTimeout(500);
    const until = Date.now() + 1_000;
    while (Date.now() < until);
    await setTimeout(300);
    const longest = await late('max');
    expect(longest).toBeGreaterThan(0.7);
    expect(longest).toBeLessThan(2);
  });

  test('are apart from those of another service in the same process', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.count('commands', { command: 'help' });
    expect(await other.render()).not.toContain('command="help"');
  });

  test('read levels whenever they are asked for, side by side, and do without one that cannot be read', async () => {
    const metrics = createMetrics();
    let waiting = 3;
    metrics.level('jobs_waiting', () => waiting);
    metrics.level('http_calls_waiting', () => 1, { to: 'apps' });
    metrics.level('http_calls_waiting', async () => 2, { to: 'platforms' });
    metrics.level('http_calls_waiting', () => 4, { to: 'platforms' });
    metrics.level('jobs_open', () => Promise.reject(new Error('the store is away')));
    expect(await metrics.render()).toContain('behalf_jobs_waiting 3\n');
    waiting = 5;
    const [text, other] = await Promise.all([metrics.render(), metrics.render()]);
    expect(text).toContain('behalf_jobs_waiting 5\n');
    expect(text).toContain('behalf_http_calls_waiting{to="apps"} 1\n');
    expect(text).toContain('behalf_http_calls_waiting{to="platforms"} 6\n');
    expect(text).toContain('behalf_jobs_open Nan\n');
    expect(other).toContain('behalf_http_calls_waiting{to="platforms"} 6\n');
  });

  test('escape what could end a label', async () => {
    const metrics = createMetrics();
    metrics.count('commands', { command: 'a"} 1\nx' });
    expect(await metrics.render()).toContain('behalf_commands_total{command="a\\"} 1\\nx"} 1\n');
  });
});
