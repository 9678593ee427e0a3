package app.stockroom.docs;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

import app.stockroom.Description;
import app.stockroom.Description.Operation;
import app.stockroom.TenantClient.Reply;

import org.springframework.http.MediaType;

/**
 * Which statuses and which refusals have been seen of which operations.
 */
final class Outcomes {

	private final Set<String> seen = new ConcurrentSkipListSet<>();

	void heard(Operation operation, Reply reply) {
		this.seen.add(operation + " " + reply.status());
		if (reply.status() < 300 && reply.headers().getContentType() != null) {
			heard(operation, reply.headers().getContentType());
		}
		if (reply.status() >= 400) {
			this.seen.add(operation + " " + reply.status() + " " + reply.text("type").replace("urn:stockroom:", ""));
		}
	}

	void heard(Operation operation, MediaType representation) {
		this.seen.add(operation + " " + representation.getType() + "/" + representation.getSubtype());
	}

	/** The representations that it declares of what is asked for or made. */
	static Set<String> representations() {
		Set<String> representations = new TreeSet<>();
		for (Operation operation : Description.get().operations()) {
			operation.statuses()
				.stream()
				.filter((status) -> status < 300)
				.flatMap((status) -> operation.response(status).path("content").propertyStream())
				.forEach((type) -> representations.add(operation + " " + type.getKey()));
		}
		return representations;
	}

	/** The pairs that the description declares. */
	static Set<String> pairs() {
		Set<String> pairs = new TreeSet<>();
		Description.get()
			.operations()
			.forEach((operation) -> operation.statuses().forEach((status) -> pairs.add(operation + " " + status)));
		return pairs;
	}

	/**
	 * The refusals that it declares: of a client's mistakes and conflicts all of them.
	 * Which of its failures the server has is told apart by other tests.
	 */
	static Set<String> refusals() {
		Set<String> refusals = new TreeSet<>();
		for (Operation operation : Description.get().operations()) {
			for (int status : operation.statuses()) {
				if (status >= 400 && status < 500) {
					operation.problems(status)
						.forEach((problem) -> refusals.add(operation + " " + status + " " + problem));
				}
			}
		}
		return refusals;
	}

	Set<String> missing(Set<String> declared) {
		Set<String> missing = new TreeSet<>(declared);
		missing.removeAll(this.seen);
		return missing;
	}

}
