import type { HttpRoute } from './http.js';

/** The one HTTP server of the process: chat platforms, login pages, health and metrics share it. */
export interface HttpServer {
  /** Starts to listen; resolves with the port that it got. */
  listen(routes: readonly HttpRoute[], port: number): Promise<number>;
  /** Stops accepting, closes idle connections, and resolves when the requests under way are answered. */
  close(): Promise<void>;
}
