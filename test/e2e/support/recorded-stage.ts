import { freePort } from '../../../playground/http.js';
import { TraceCollector } from '../../support/trace-collector.js';
import { type Recorder, startRecorder } from './recorder.js';
import { type E2eStage, startStage } from './stage.js';

/** A stage whose every word over HTTP is kept. */
export interface RecordedStage extends E2eStage {
  /** Where the service itself listens. */
  readonly serviceUrl: string;
  readonly recorders: {
    /** All requests to the service: of browsers and of chat platforms. */
    readonly service: Recorder;
    readonly crm: Recorder;
    readonly files: Recorder;
    /** The bot's own login at Microsoft. */
    readonly botLogin: Recorder;
  };
  /** All that it has traced, once it has stopped. */
  readonly traces: TraceCollector;
}

/** The service at its most talkative, on the embedded store or on a Redis. */
export async function startRecordedStage(redisUrl: string | undefined): Promise<RecordedStage> {
  const traces = await TraceCollector.start();
  const [servicePort, crmPort, filesPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const targets = { botLogin: '' };
  const serviceUrl = local(servicePort);
  const [service, crm, files, botLogin] = await Promise.all([
    startRecorder(() => serviceUrl),
    startRecorder(() => local(crmPort)),
    startRecorder(() => local(filesPort)),
    startRecorder(() => targets.botLogin),
  ]);
  const recorders = { service, crm, files, botLogin };
  const stopRecorders = async (): Promise<void> => {
    await Promise.all([...Object.values(recorders), traces].map((recorder) => recorder.stop()));
  };
  const stage = await startStage({
    servicePort: service.port,
    demoApps: { ports: { crm: crmPort, files: filesPort }, publicUrl: { crm: crm.url, files: files.url } },
    ...(redisUrl === undefined ? {} : { redisUrl }),
    settings: ({ teams }) => {
      const { origin, pathname } = new URL(teams.tokenUrl);
      targets.botLogin = origin;
      return {
        PORT: String(servicePort),
        LOG_LEVEL: 'trace',
        BOT_TOKEN_URL: botLogin.url + pathname,
        OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
      };
    },
  }).catch(async (error: unknown) => {
    await stopRecorders();
    throw error;
  });
  return {
    ...stage,
    serviceUrl,
    recorders,
    traces,
    async stop() {
      await stage.stop();
      await stopRecorders();
    },
  };
}

function local(port: number): string {
  return `http://127.0.0.1:${port}`;
}
