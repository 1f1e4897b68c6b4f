import { createServer } from 'node:https';
import { createHttpClient } from '../../adapters/undici/index.js';
import { closeServer, listen } from '../../playground/http.js';
import { examineAddress } from '../../src/doctor/examine-address.js';
import { BehalfError } from '../../src/kernel/errors.js';
import type { HttpClient } from '../../src/kernel/http-client.port.js';
import { systemClock } from '../../src/kernel/system-clock.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { selfSigned } from '../support/self-signed.js';

const URL = 'https://behalf.example.com';

/** Nobody is reached, for this reason. */
function failing(reason: string): HttpClient {
  const error = new BehalfError('app.unavailable', `It cannot be reached (${reason})`, { details: { reason } });
  return { request: () => Promise.reject(error), close: () => Promise.resolve() };
}

describe('what the doctor says of PUBLIC_URL', () => {
  it.each(['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'is that it is wrong where nobody takes its certificate: %s',
    async (reason) => {
      expect(await examineAddress(URL, failing(reason))).toEqual([
        {
          subject: 'address',
          state: 'wrong',
          says: `the certificate at ${URL} is not valid (${reason})`,
          fix: expect.stringContaining('Renew it'),
        },
      ]);
    },
  );

  it('is a warning where this machine does not know who has signed its certificate', async () => {
    const { certificate: cert, key } = selfSigned('localhost');
    const server = createServer({ cert, key }, (_, response) => void response.end());
    const url = `https://localhost:${await listen(server, 0, '127.0.0.1')}`;
    const http = createHttpClient({ allowPrivateHosts: 'all', clock: systemClock, logger: new RecordingLogger() });

    const found = await examineAddress(url, http);
    await Promise.all([http.close(), closeServer(server)]);

    expect(found).toEqual([
      {
        subject: 'address',
        state: 'warning',
        says: `the certificate at ${url} is of an authority that is not known here (DEPTH_ZERO_SELF_SIGNED_CERT)`,
        fix: expect.stringContaining('public authority'),
      },
    ]);
  });

  it('is told as with all others where it cannot be reached', async () => {
    await expect(examineAddress(URL, failing('ENOTFOUND'))).rejects.toMatchObject({ code: 'app.unavailable' });
  });
});
