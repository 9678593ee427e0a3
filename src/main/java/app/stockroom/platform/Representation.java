package app.stockroom.platform;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * The forms in which a resource can be had, in the order of our own preference.
 */
public enum Representation {

	/** A page of a list, or a single resource. */
	JSON(MediaType.APPLICATION_JSON),

	/** The whole of a list, one item a line. */
	NDJSON(MediaType.APPLICATION_NDJSON),

	/** The whole of a list, one item a row. */
	CSV(new MediaType("text", "csv")),

	/** The live feed. */
	EVENTS(MediaType.TEXT_EVENT_STREAM);

	private static final String ATTRIBUTE = Representation.class.getName();

	private final MediaType type;

	Representation(MediaType type) {
		this.type = type;
	}

	public MediaType type() {
		return this.type;
	}

	/**
	 * The representation that was chosen for a request.
	 */
	public static Representation of(ServerRequest request) {
		return (Representation) request.attributes().getOrDefault(ATTRIBUTE, JSON);
	}

	/**
	 * Chooses what the client likes best: by the quality values of Accept, then what it
	 * names before what a wildcard includes, then in its order and at last in ours.
	 * @param offered what there is
	 * @return the choice, which is kept with the request; null if nothing is acceptable
	 */
	public static @Nullable Representation choose(ServerRequest request, Set<Representation> offered) {
		List<MediaType> accepted = accepted(request);
		Representation chosen = offered.stream()
			.map((candidate) -> candidate.liking(accepted))
			.filter((liking) -> liking.quality > 0)
			.min(Liking.BEST_FIRST)
			.map(Liking::representation)
			.orElse(null);
		if (chosen != null) {
			request.attributes().put(ATTRIBUTE, chosen);
		}
		return chosen;
	}

	private static List<MediaType> accepted(ServerRequest request) {
		try {
			List<MediaType> accepted = request.headers().accept();
			return accepted.isEmpty() ? List.of(MediaType.ALL) : accepted;
		}
		catch (InvalidMediaTypeException malformed) {
			return List.of();
		}
	}

	/** The most specific range that includes it says how much the client likes it. */
	private Liking liking(List<MediaType> accepted) {
		Liking liking = new Liking(this, 0, 0, 0);
		for (int i = 0; i < accepted.size(); i++) {
			MediaType range = accepted.get(i);
			if (includes(range) && precision(range) > liking.precision) {
				liking = new Liking(this, range.getQualityValue(), precision(range), i);
			}
		}
		return liking;
	}

	/**
	 * Everything is UTF-8. A feed never ends, so it is not for whoever takes anything.
	 * Who takes problem documents takes JSON: clients that are made of openapi.yaml ask
	 * for nothing else where an answer has no body.
	 */
	private boolean includes(MediaType range) {
		boolean problems = this == JSON && range.equalsTypeAndSubtype(MediaType.APPLICATION_PROBLEM_JSON);
		return (problems || range.includes(this.type))
				&& (range.getCharset() == null || range.getCharset().equals(StandardCharsets.UTF_8))
				&& (this != EVENTS || range.equalsTypeAndSubtype(this.type));
	}

	private static int precision(MediaType range) {
		return range.isWildcardType() ? 1 : range.isWildcardSubtype() ? 2 : (range.getCharset() == null) ? 3 : 4;
	}

	/** How much a client likes a representation. */
	private record Liking(Representation representation, double quality, int precision, int place) {

		static final Comparator<Liking> BEST_FIRST = Comparator.comparingDouble(Liking::quality)
			.thenComparingInt((liking) -> Math.min(liking.precision, 3))
			.reversed()
			.thenComparingInt(Liking::place)
			.thenComparing(Liking::representation);

	}

}
