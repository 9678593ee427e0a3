package app.stockroom.replay;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A response that will not change by asking again.
 *
 * @param status the HTTP status
 * @param replayed whether the service says that it did this before
 * @param body the body, not yet parsed
 */
record Answer(int status, boolean replayed, byte[] body) {

	boolean accepted() {
		return this.status >= 200 && this.status < 300;
	}

	/**
	 * Why the request was refused.
	 */
	ProblemDocument problem() {
		try {
			return JsonMapper.shared().readValue(this.body, ProblemDocument.class);
		}
		catch (JacksonException ex) {
			// Not every proxy on the way speaks problem+json; the status still says
			// something.
			return new ProblemDocument(null, this.status, "an answer without a problem document");
		}
	}

	/**
	 * The members of an RFC 9457 document that the replay looks at.
	 */
	record ProblemDocument(@Nullable String type, @Nullable Integer status, @Nullable String detail) {

		String code() {
			return (this.type == null) ? "" : this.type.replace("urn:stockroom:", "");
		}

		@Override
		public String toString() {
			return "%s %s: %s".formatted(this.status, code(), this.detail);
		}

	}

}
