/** What the request of a platform is answered with; what comes after the answer has no effect. */
export class AnswerInTime<Body extends object> {
  #given: Body | undefined;
  #isTaken = false;

  /** The last one counts. False when the platform has had its answer already. */
  give(body: Body): boolean {
    if (this.#isTaken) return false;
    this.#given = body;
    return true;
  }

  /** What was given until now; from now on it is too late. */
  take(): Body | undefined {
    this.#isTaken = true;
    return this.#given;
  }
}
