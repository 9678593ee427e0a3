package app.stockroom.tenancy;

import app.stockroom.platform.Problem;
import app.stockroom.platform.Refusal;

import org.springframework.http.HttpHeaders;

/**
 * Whether a request of a tenant with a limit may go on, and what the tenant has left.
 *
 * @param granted whether it may
 * @param rate the limit, in requests a second
 * @param remaining requests that may follow at once, as far as this process knows
 * @param waitSeconds when to try again, or when there will be more
 */
record Admission(boolean granted, int rate, long remaining, long waitSeconds) {

	/** Fields of draft-ietf-httpapi-ratelimit-headers-10, as structured fields. */
	static final String POLICY_HEADER = "RateLimit-Policy";

	static final String HEADER = "RateLimit";

	/**
	 * Tells the client, refused or not.
	 */
	void tell(HttpHeaders headers) {
		headers.set(POLICY_HEADER, "\"requests\";q=" + this.rate + ";w=1");
		headers.set(HEADER, "\"requests\";r=" + this.remaining + ";t=" + this.waitSeconds);
	}

	Refusal refusal() {
		return Problem.RATE_LIMITED
			.because("The tenant may make %d requests a second. Try again later.".formatted(this.rate))
			.with("limit", this.rate)
			.with("retryAfter", this.waitSeconds);
	}

}
